//! The log line of a request.

use super::ServerRequest;
use crate::edge::{
    http::{CallEnd, ErrorType, protocol::size},
    protocol::Ended,
};

/// The target of the events that report the end of a request, one for each request. The level is
/// `ERROR` if the server failed, or else `INFO`.
pub const REQUEST_TARGET: &str = "http.request";

macro_rules! line {
    ($level:ident, $request:ident, $end:ident) => {
        tracing::$level!(
            target: REQUEST_TARGET,
            method = $request.method.as_str(),
            route = $request.route,
            status = $end.status.map(|status| i64::from(status.as_u16())),
            error = $end.error.map(ErrorType::as_str),
            duration_ms = $end.duration.as_secs_f64() * 1e3,
            request_bytes = size($end.request_bytes),
            response_bytes = size($end.response_bytes),
            "request completed"
        )
    };
}

pub(super) fn write(request: &ServerRequest<'_>, ended: &Ended<CallEnd>) {
    let end = &ended.end;
    if ended.failed {
        line!(error, request, end);
    } else {
        line!(info, request, end);
    }
}
