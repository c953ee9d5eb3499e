//! The log line of a request.

use tracing::Level;

use super::ServerRequest;
use crate::{
    edge::{
        http::{CallEnd, failure, protocol::size},
        protocol::{Ended, Role, milliseconds},
    },
    trace::edge_lines,
};

/// The target of the events that report the end of a request, one for each request. The level is
/// `ERROR` if the server failed, or else `INFO`.
///
/// The fields are those of the span (OpenTelemetry semantic conventions, "HTTP spans"), and
/// `duration_ms`.
pub const REQUEST_TARGET: &str = edge_lines::HTTP;

macro_rules! line {
    ($level:ident, $request:ident, $end:ident, $error:ident) => {
        tracing::event!(
            target: REQUEST_TARGET,
            Level::$level,
            // Not the last argument, which would be formatted.
            message = "request completed",
            http.request.method = $request.method.as_str(),
            http.route = $request.is_matched().then_some($request.route),
            http.response.status_code = $end.status.map(|status| i64::from(status.as_u16())),
            error.r#type = $error.as_deref(),
            duration_ms = milliseconds($end.duration),
            http.request.body.size = size($end.request_bytes),
            http.response.body.size = size($end.response_bytes)
        )
    };
}

pub(super) fn write(request: &ServerRequest<'_>, ended: &Ended<CallEnd>) {
    let end = &ended.end;
    let attribute = |error| failure::attribute(Role::Server, end.status, error);
    let error_type = end.error.and_then(attribute);
    if ended.failed {
        line!(ERROR, request, end, error_type);
    } else {
        line!(INFO, request, end, error_type);
    }
}
