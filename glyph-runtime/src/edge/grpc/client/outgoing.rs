//! A call that a client makes.

use crate::call_fields::call_span;
use ::http::request::Parts;
use glyph_core::__runtime::OpenSpan;
use opentelemetry::Context;
use tracing::field::Empty;

use super::{ChannelPeer, ClientCall, settings::GrpcClientSettings};
use crate::edge::{
    Direction, SettingsOf,
    attributes::bounded,
    grpc::{
        CallEnd, Grpc,
        method::{Method, SYSTEM},
    },
    protocol::Ended,
};

/// A call that a client makes.
#[derive(Debug)]
pub struct OutgoingCall {
    /// The host that the request names.
    host: Box<str>,
}

impl Direction for OutgoingCall {
    type Protocol = Grpc;
    type Settings = GrpcClientSettings;

    fn start(
        settings: &SettingsOf<Self>,
        context: Context,
        request: &mut Parts,
    ) -> (Self, Grpc, Context) {
        let host = request.uri.host().unwrap_or_default();
        let host = host.to_ascii_lowercase().into();
        let methods = &settings.protocol.methods;
        let method = methods.of_client(request.uri.path(), &request.extensions);
        let ids = settings
            .protocol
            .ids
            .outgoing(&context, &mut request.headers);
        let mut call = Grpc::new(method, ids, &request.headers, None);
        let peer = settings.direction.channel_peer.as_ref();
        call.channel_peer = peer.map(ChannelPeer::at_start);
        (Self { host }, call, context)
    }

    fn open_span(&self, settings: &SettingsOf<Self>, call: &Grpc, request: &Parts) -> OpenSpan {
        let port = match settings.direction.peer() {
            Some((_, port)) => port,
            None => request.uri.port_u16().map(i64::from),
        };
        open_span(&call.method, self.peer(settings), port, request)
    }

    fn started(&self, settings: &SettingsOf<Self>, _: &Grpc) {
        settings.direction.recorder.started();
    }

    fn ended(&self, settings: &SettingsOf<Self>, call: &Grpc, ended: &Ended<CallEnd>, _: bool) {
        let described = ClientCall {
            name: call.method.name(),
            service: call.method.service(),
            method: call.method.method(),
            peer: self.peer(settings),
        };
        settings.direction.recorder.ended(&described, &ended.end);
    }
}

impl OutgoingCall {
    fn peer<'call>(&'call self, settings: &'call SettingsOf<Self>) -> &'call str {
        let named = settings.direction.peer().and_then(|(host, _)| host);
        named.unwrap_or(&self.host)
    }
}

/// Opens a span (OpenTelemetry semantic conventions, "gRPC", "Client").
fn open_span(method: &Method, peer: &str, port: Option<i64>, request: &Parts) -> OpenSpan {
    call_span!("glyph::grpc", "grpc.client", {
        "otel.name" = method.span_name(),
        "otel.kind" = "client",
        "rpc.system.name" = SYSTEM,
        "rpc.method" = method.name(),
        "rpc.method_original" = (!method.is_known()).then(|| bounded(request.uri.path())),
        "rpc.status_code" = Empty,
        "server.address" = (!peer.is_empty()).then(|| bounded(peer)),
        "server.port" = port,
        "network.peer.address" = Empty,
        "network.peer.port" = Empty,
    })
}
