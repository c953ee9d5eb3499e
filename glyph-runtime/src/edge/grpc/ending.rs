//! How a call ended.

use super::{ErrorType, StatusCode};

/// What came last.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last {
    /// The end of the body.
    End,
    /// An error of the service or of the body, which means this.
    Failed(StatusCode),
    /// Nothing any more: it was dropped.
    Dropped,
    /// A panic.
    Panicked,
}

/// Which side judges (OpenTelemetry semantic conventions, "gRPC", `rpc.response.status_code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Server,
    Client,
}

/// A call's status, and how it failed if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) status: StatusCode,
    pub(super) error: Option<ErrorType>,
}

impl Edge {
    /// A status that the call was told came first, and stands. `late` says that the deadline has passed.
    pub(super) fn ending(self, told: Option<StatusCode>, last: Last, late: bool) -> Ending {
        let (status, error) = match (last, told) {
            (Last::Panicked, _) => (StatusCode::Unknown, Some(ErrorType::Panic)),
            (_, Some(status)) => (status, self.error(status, late)),
            (Last::Failed(status), None) => (status, Some(failure(status, late))),
            (Last::Dropped, None) if late => {
                (StatusCode::DeadlineExceeded, Some(ErrorType::Timeout))
            }
            (Last::Dropped, None) => (StatusCode::Cancelled, Some(ErrorType::Cancelled)),
            (Last::End, None) => (StatusCode::Unknown, Some(ErrorType::Transport)),
        };
        Ending { status, error }
    }

    fn error(self, status: StatusCode, late: bool) -> Option<ErrorType> {
        match status {
            StatusCode::DeadlineExceeded => Some(ErrorType::Timeout),
            // As which tonic's servers tell of a deadline.
            StatusCode::Cancelled if late => Some(ErrorType::Timeout),
            StatusCode::Cancelled => Some(ErrorType::Cancelled),
            status => self.is_error(status).then_some(ErrorType::Status),
        }
    }

    /// Whether the span's status is an error.
    pub(super) fn is_failure(self, ending: Ending) -> bool {
        let broken = matches!(
            ending.error,
            Some(ErrorType::Panic | ErrorType::Timeout | ErrorType::Transport)
        );
        broken || self.is_error(ending.status)
    }

    const fn is_error(self, status: StatusCode) -> bool {
        match self {
            Self::Client => !matches!(status, StatusCode::Ok),
            Self::Server => matches!(
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
}

impl Ending {
    /// The attribute `error.type`: the status where there was one.
    pub(super) fn error_type(self) -> &'static str {
        match self.error {
            Some(error @ (ErrorType::Panic | ErrorType::Transport)) => error.as_str(),
            _ => self.status.as_str(),
        }
    }
}

fn failure(status: StatusCode, late: bool) -> ErrorType {
    match status {
        StatusCode::DeadlineExceeded => ErrorType::Timeout,
        StatusCode::Cancelled if late => ErrorType::Timeout,
        StatusCode::Cancelled => ErrorType::Cancelled,
        _ => ErrorType::Transport,
    }
}
