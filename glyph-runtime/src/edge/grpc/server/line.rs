//! The log line of a call.

use super::ServerCall;
use crate::edge::{
    grpc::{CallEnd, ErrorType},
    protocol::Ended,
};

/// The target of the events that report the end of a call, one for each call. The level is `ERROR`
/// if the server failed, or else `INFO`.
pub const CALL_TARGET: &str = "grpc.call";

macro_rules! line {
    ($level:ident, $call:ident, $end:ident) => {
        tracing::$level!(
            target: CALL_TARGET,
            method = $call.name,
            status = $end.status.as_str(),
            error = $end.error.map(ErrorType::as_str),
            duration_ms = $end.duration.as_secs_f64() * 1e3,
            "call completed"
        )
    };
}

pub(super) fn write(call: &ServerCall<'_>, ended: &Ended<CallEnd>) {
    let end = &ended.end;
    if ended.failed {
        line!(error, call, end);
    } else {
        line!(info, call, end);
    }
}
