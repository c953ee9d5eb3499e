//! The span of a call.

use ::http::request::Parts;
use tracing::{Span, field::Empty, info_span};

use crate::{edge::attributes::bounded, grpc::method::Method};

/// OpenTelemetry semantic conventions, "gRPC", "Client". `rpc.service` is the service's part of the method.
pub(super) fn open(parts: &Parts, method: &Method, peer: &str, port: Option<i64>) -> Span {
    let original = (!method.is_known()).then(|| bounded(parts.uri.path()));
    info_span!(
        target: "glyph::grpc",
        "grpc.client",
        otel.name = method.span_name(),
        otel.kind = "client",
        otel.status_code = Empty,
        error.r#type = Empty,
        rpc.system.name = "grpc",
        rpc.service = Empty,
        rpc.method = Empty,
        rpc.method_original = original,
        rpc.response.status_code = Empty,
        server.address = (!peer.is_empty()).then(|| bounded(peer)),
        server.port = port,
    )
}
