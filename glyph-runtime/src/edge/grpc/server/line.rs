//! The log line of a call.

use super::ServerCall;
use crate::grpc::CallEnd;

/// The target of the events that tell of a call's end, one for each call: level `ERROR` where the server failed, `INFO`
/// otherwise.
pub const CALL_TARGET: &str = "grpc.call";

macro_rules! line {
    ($level:ident, $call:ident, $end:ident) => {
        tracing::$level!(
            target: CALL_TARGET,
            method = $call.name,
            status = $end.status.as_str(),
            error = $end.error.map(crate::grpc::ErrorType::as_str),
            duration_ms = $end.duration.as_secs_f64() * 1e3,
            "call completed"
        )
    };
}

pub(super) fn write(call: &ServerCall<'_>, end: &CallEnd, failed: bool) {
    if failed {
        line!(error, call, end);
    } else {
        line!(info, call, end);
    }
}
