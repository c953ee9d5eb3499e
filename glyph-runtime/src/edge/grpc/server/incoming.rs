//! A call that a server received.

use ::http::{header, request::Parts};
use opentelemetry::Context;
use tracing::{Span, field::Empty, info_span};

use super::{ServerCall, line, settings::GrpcServerSettings};
use crate::edge::{
    Direction, SettingsOf,
    attributes::{bounded, header, requested_address, version},
    grpc::{CallEnd, Grpc, method::Method},
    protocol::Ended,
};

/// A call that a server received.
#[derive(Debug)]
pub struct IncomingCall;

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
        (Self, call, context)
    }

    fn open_span(&self, settings: &SettingsOf<Self>, call: &Grpc, request: &Parts) -> Span {
        let span = open_span(&call.method, request);
        call.describe_start(&settings.protocol, &span);
        span
    }

    fn started(&self, settings: &SettingsOf<Self>, _: &Grpc) {
        settings.direction.recorder.started();
    }

    fn ended(&self, settings: &SettingsOf<Self>, call: &Grpc, ended: &Ended<CallEnd>, log: bool) {
        let described = described(&call.method);
        settings.direction.recorder.ended(&described, &ended.end);
        if log {
            line::write(&described, ended);
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

/// Opens a span (OpenTelemetry semantic conventions, "gRPC", "Server"). `rpc.service` is the
/// service in the method.
fn open_span(method: &Method, request: &Parts) -> Span {
    let (address, port) = requested_address(request);
    let original = (!method.is_known()).then(|| bounded(request.uri.path()));
    info_span!(
        target: "glyph::grpc",
        "grpc.server",
        otel.name = method.span_name(),
        otel.kind = "server",
        otel.status_code = Empty,
        error.r#type = Empty,
        rpc.system.name = "grpc",
        rpc.service = Empty,
        rpc.method = Empty,
        rpc.method_original = original,
        rpc.response.status_code = Empty,
        server.address = address,
        server.port = port,
        network.protocol.version = version(request.version),
        user_agent.original = header(&request.headers, &header::USER_AGENT),
    )
}
