//! The span of a call.

use ::http::{header, request::Parts};
use tracing::{Span, field::Empty, info_span};

use crate::{
    edge::attributes::{bounded, header, version},
    grpc::method::Method,
    http::server::address,
};

/// OpenTelemetry semantic conventions, "gRPC", "Server". `rpc.service` is the service's part of the method.
pub(super) fn open(parts: &Parts, method: &Method) -> Span {
    let authority = parts.uri.authority();
    let host = authority.map_or_else(
        || header(&parts.headers, &header::HOST),
        |host| Some(bounded(host.as_str())),
    );
    let (address, port) = host.map_or((None, None), address);
    let original = (!method.is_known()).then(|| bounded(parts.uri.path()));
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
        network.protocol.version = version(parts.version),
        user_agent.original = header(&parts.headers, &header::USER_AGENT),
    )
}
