//! A call that a server received.

use std::{mem, net::SocketAddr};

use crate::call_fields::call_span;
use ::http::request::Parts;
use glyph_core::__runtime::OpenSpan;
use opentelemetry::Context;
use tonic::metadata::MetadataMap;
use tracing::field::Empty;

use super::{ServerCall, line, settings::GrpcServerSettings};
use crate::edge::{
    Direction, SettingsOf,
    attributes::{bounded, requested_address},
    grpc::{
        CallEnd, Grpc,
        method::{Method, SYSTEM},
    },
    http::server as http,
    protocol::Ended,
};

/// A call that a server received.
#[derive(Debug)]
pub struct IncomingCall {
    peer: Option<SocketAddr>,
}

impl Direction for IncomingCall {
    type Protocol = Grpc;
    type Settings = GrpcServerSettings;

    fn start(
        settings: &SettingsOf<Self>,
        mut context: Context,
        request: &mut Parts,
    ) -> (Self, Grpc, Context) {
        let method = settings.protocol.methods.called(request.uri.path());
        let ids = settings
            .protocol
            .ids
            .incoming(&context, &mut request.headers);
        if !ids.is_empty() {
            context = context.with_value(ids.clone());
        }
        let call = Grpc::new(method, ids, &request.headers, settings.direction.timeout);
        let peer = peer(request);
        (Self { peer }, call, context)
    }

    fn open_span(&self, _: &SettingsOf<Self>, call: &Grpc, request: &Parts) -> OpenSpan {
        open_span(&call.method, self.peer, request)
    }

    fn started(&self, settings: &SettingsOf<Self>, _: &Grpc) {
        settings.direction.recorder.started();
    }

    fn ended(&self, settings: &SettingsOf<Self>, call: &Grpc, ended: &Ended<CallEnd>, log: bool) {
        let described = described(&call.method);
        settings.direction.recorder.ended(&described, &ended.end);
        if log {
            line::write(&described, ended, call.error_type);
        }
    }
}

fn described(method: &Method) -> ServerCall<'_> {
    ServerCall {
        name: method.name(),
        service: method.service(),
        method: method.method(),
    }
}

/// Opens a span (OpenTelemetry semantic conventions, "gRPC", "Server").
fn open_span(method: &Method, peer: Option<SocketAddr>, request: &Parts) -> OpenSpan {
    call_span!("glyph::grpc", "grpc.server", {
        let (address, port) = requested_address(request);
        let peer_address = peer.map(|peer| peer.ip().to_string());
        "otel.name" = method.span_name(),
        "otel.kind" = "server",
        "rpc.system.name" = SYSTEM,
        "rpc.method" = method.name(),
        "rpc.method_original" = (!method.is_known()).then(|| bounded(request.uri.path())),
        "rpc.status_code" = Empty,
        "server.address" = address,
        "server.port" = port,
        "network.peer.address" = peer_address.as_deref(),
        "network.peer.port" = peer.map(|peer| i64::from(peer.port())),
    })
}

/// Returns the address of the connected peer, from what tonic knows of the connection, with or
/// without TLS, or as for HTTP.
fn peer(request: &mut Parts) -> Option<SocketAddr> {
    // Only a request of tonic's tells it, and the extensions come back from there.
    let extensions = mem::take(&mut request.extensions);
    let asked = tonic::Request::from_parts(MetadataMap::new(), extensions, ());
    let peer = asked.remote_addr();
    request.extensions = asked.into_parts().1;
    peer.or_else(|| http::peer(request))
}
