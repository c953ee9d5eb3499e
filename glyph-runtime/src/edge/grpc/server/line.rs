//! The log line of a call.

use tracing::Level;

use super::ServerCall;
use crate::{
    edge::{
        grpc::CallEnd,
        protocol::{Ended, milliseconds},
    },
    trace::edge_lines,
};

/// The target of the events that report the end of a call, one for each call. The level is `ERROR`
/// if the server failed, or else `INFO`.
///
/// The fields are those of the span (OpenTelemetry semantic conventions, "RPC spans"), and
/// `duration_ms`.
pub const CALL_TARGET: &str = edge_lines::GRPC;

macro_rules! line {
    ($level:ident, $call:ident, $end:ident, $error:ident) => {
        tracing::event!(
            target: CALL_TARGET,
            Level::$level,
            // Not the last argument, which would be formatted.
            message = "call completed",
            rpc.method = $call.name,
            rpc.status_code = $end.status.as_str(),
            error.r#type = $error,
            duration_ms = milliseconds($end.duration)
        )
    };
}

/// Writes the line. `error_type` is the attribute of the span.
pub(super) fn write(call: &ServerCall<'_>, ended: &Ended<CallEnd>, error_type: Option<&str>) {
    let end = &ended.end;
    if ended.failed {
        line!(ERROR, call, end, error_type);
    } else {
        line!(INFO, call, end, error_type);
    }
}
