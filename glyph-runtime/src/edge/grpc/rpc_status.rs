//! The status of a call, and how it failed.

use super::{ErrorType, StatusCode, failure::Failure};
use crate::edge::protocol::{Role, Termination};

/// The status of a call, and how it failed if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RpcStatus {
    pub(super) status: StatusCode,
    pub(super) error: Option<ErrorType>,
}

impl RpcStatus {
    /// Returns the status of a call that ended. A status that was sent wins over what happened
    /// after it, unless it responds to a client that had left. `late`: the deadline has passed.
    pub(super) fn new(
        role: Role,
        sent: Option<StatusCode>,
        termination: Termination<Failure>,
        late: bool,
    ) -> Self {
        match (termination, sent) {
            (Termination::Panicked, _) => Self::known(StatusCode::Unknown, ErrorType::Panic),
            (Termination::Left, _) | (Termination::Dropped, None) => Self::stopped(late),
            (_, Some(status)) => Self {
                status,
                error: error(role, status, late),
            },
            (Termination::Failed(failure), None) => {
                Self::known(failure.status, failed(failure, late))
            }
            (Termination::Completed, None) => {
                Self::known(StatusCode::Unknown, ErrorType::Transport)
            }
        }
    }

    const fn known(status: StatusCode, error: ErrorType) -> Self {
        Self {
            status,
            error: Some(error),
        }
    }

    const fn stopped(late: bool) -> Self {
        if late {
            Self::known(StatusCode::DeadlineExceeded, ErrorType::Timeout)
        } else {
            Self::known(StatusCode::Cancelled, ErrorType::Cancelled)
        }
    }

    /// Whether the status of the span is an error.
    pub(super) fn is_failure(self, role: Role) -> bool {
        let broken = matches!(
            self.error,
            Some(ErrorType::Panic | ErrorType::Timeout | ErrorType::Transport)
        );
        broken || is_error(role, self.status)
    }

    /// Returns the attribute `error.type`: the status, unless that does not tell what happened. tonic
    /// reports a timeout as `CANCELLED`, on either side of a call.
    pub(super) const fn error_type(self) -> &'static str {
        match (self.error, self.status) {
            (Some(error @ (ErrorType::Panic | ErrorType::Transport)), _)
            | (Some(error @ ErrorType::Timeout), StatusCode::Cancelled) => error.as_str(),
            (_, status) => status.as_str(),
        }
    }
}

/// How a call failed whose status was sent.
fn error(role: Role, status: StatusCode, late: bool) -> Option<ErrorType> {
    stopped(status, late).or_else(|| is_error(role, status).then_some(ErrorType::Status))
}

/// How a call failed whose service or body returned an error.
fn failed(failure: Failure, late: bool) -> ErrorType {
    if failure.is_timeout {
        return ErrorType::Timeout;
    }
    stopped(failure.status, late).unwrap_or(ErrorType::Transport)
}

fn stopped(status: StatusCode, late: bool) -> Option<ErrorType> {
    match status {
        StatusCode::DeadlineExceeded => Some(ErrorType::Timeout),
        // tonic's servers report a passed deadline as `CANCELLED`.
        StatusCode::Cancelled if late => Some(ErrorType::Timeout),
        StatusCode::Cancelled => Some(ErrorType::Cancelled),
        _ => None,
    }
}

/// OpenTelemetry semantic conventions, "gRPC", `rpc.status_code`.
const fn is_error(role: Role, status: StatusCode) -> bool {
    match role {
        Role::Client => !matches!(status, StatusCode::Ok),
        Role::Server => matches!(
            status,
            StatusCode::Unknown
                | StatusCode::DeadlineExceeded
                | StatusCode::Unimplemented
                | StatusCode::Internal
                | StatusCode::Unavailable
                | StatusCode::DataLoss
        ),
    }
}
