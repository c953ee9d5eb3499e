//! The status of a call, and how it failed.

use super::{ErrorType, StatusCode};
use crate::edge::protocol::{Role, Termination};

/// The status of a call, and how it failed if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RpcStatus {
    pub(super) status: StatusCode,
    pub(super) error: Option<ErrorType>,
}

impl RpcStatus {
    /// Returns the status of a call that ended. A status that was sent wins over what happened
    /// after it. `late`: the deadline has passed.
    pub(super) fn new(
        role: Role,
        sent: Option<StatusCode>,
        termination: Termination<StatusCode>,
        late: bool,
    ) -> Self {
        let (status, error) = match (termination, sent) {
            (Termination::Panicked, _) => (StatusCode::Unknown, Some(ErrorType::Panic)),
            (_, Some(status)) => (status, error(role, status, late)),
            (Termination::Failed(status), None) => (status, Some(failure(status, late))),
            (Termination::Dropped, None) if late => {
                (StatusCode::DeadlineExceeded, Some(ErrorType::Timeout))
            }
            (Termination::Dropped, None) => (StatusCode::Cancelled, Some(ErrorType::Cancelled)),
            (Termination::Completed, None) => (StatusCode::Unknown, Some(ErrorType::Transport)),
        };
        Self { status, error }
    }

    /// Whether the status of the span is an error.
    pub(super) fn is_failure(self, role: Role) -> bool {
        let broken = matches!(
            self.error,
            Some(ErrorType::Panic | ErrorType::Timeout | ErrorType::Transport)
        );
        broken || is_error(role, self.status)
    }

    /// Returns the attribute `error.type`: the status, if one was sent.
    pub(super) const fn error_type(self) -> &'static str {
        match self.error {
            Some(error @ (ErrorType::Panic | ErrorType::Transport)) => error.as_str(),
            _ => self.status.as_str(),
        }
    }
}

/// How a call failed whose status was sent.
fn error(role: Role, status: StatusCode, late: bool) -> Option<ErrorType> {
    stopped(status, late).or_else(|| is_error(role, status).then_some(ErrorType::Status))
}

/// How a call failed whose service or body returned an error.
fn failure(status: StatusCode, late: bool) -> ErrorType {
    stopped(status, late).unwrap_or(ErrorType::Transport)
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

/// OpenTelemetry semantic conventions, "gRPC", `rpc.response.status_code`.
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
