//! The log line of a request.

use super::ServerRequest;
use crate::http::{CallEnd, call::size};

/// The target of the events that tell of a request's end, one for each request: level `ERROR` where the server failed,
/// `INFO` otherwise.
pub const REQUEST_TARGET: &str = "http.request";

macro_rules! line {
    ($level:ident, $request:ident, $end:ident) => {
        tracing::$level!(
            target: REQUEST_TARGET,
            method = $request.method.as_str(),
            route = $request.route,
            status = $end.status.map(|status| i64::from(status.as_u16())),
            error = $end.error.map(crate::http::ErrorType::as_str),
            duration_ms = $end.duration.as_secs_f64() * 1e3,
            request_bytes = size($end.request_bytes),
            response_bytes = size($end.response_bytes),
            "request completed"
        )
    };
}

pub(super) fn write(request: &ServerRequest<'_>, end: &CallEnd, failed: bool) {
    if failed {
        line!(error, request, end);
    } else {
        line!(info, request, end);
    }
}
