//! How a call ended.

use http::StatusCode;

use super::ErrorType;

/// What came last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Last {
    /// The end of the body.
    End,
    /// An error of the service or of the body.
    Failed(ErrorType),
    /// Nothing any more: it was dropped.
    Dropped,
    /// A panic.
    Panicked,
}

/// Which side judges (OpenTelemetry semantic conventions, "HTTP spans", "Status").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    Server,
    Client,
}

impl Edge {
    /// How the call failed, if it did. A status that says so came first, and stands.
    pub(crate) fn error(self, status: Option<StatusCode>, last: Last) -> Option<ErrorType> {
        match (last, status) {
            (Last::Panicked, _) => Some(ErrorType::Panic),
            (_, Some(StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT)) => {
                Some(ErrorType::Timeout)
            }
            (_, Some(status)) if self.is_error(status) => Some(ErrorType::Status),
            (Last::Failed(error), _) => Some(error),
            (Last::Dropped, _) => Some(ErrorType::Cancelled),
            (Last::End, _) => None,
        }
    }

    /// Whether the span's status is an error.
    pub(crate) fn is_failure(self, status: Option<StatusCode>, error: ErrorType) -> bool {
        error != ErrorType::Cancelled && !self.blames_the_client(status)
    }

    /// The attribute `error.type`: the status where it tells of the error.
    pub(crate) fn error_type(self, status: Option<StatusCode>, error: ErrorType) -> Option<String> {
        match status {
            Some(status) if self.is_error(status) && error != ErrorType::Panic => {
                Some(status.as_str().to_owned())
            }
            _ if error == ErrorType::Timeout && self.blames_the_client(status) => None,
            _ => Some(error.as_str().to_owned()),
        }
    }

    fn is_error(self, status: StatusCode) -> bool {
        status.is_server_error() || (self == Self::Client && status.is_client_error())
    }

    /// The status 408 tells a server that its client was slow.
    fn blames_the_client(self, status: Option<StatusCode>) -> bool {
        self == Self::Server && status == Some(StatusCode::REQUEST_TIMEOUT)
    }
}
