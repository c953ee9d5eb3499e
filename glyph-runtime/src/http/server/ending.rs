//! How a request ended.

use http::StatusCode;

use crate::http::ErrorType;

/// What came last.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last {
    /// The end of the body.
    End,
    /// An error of the service or of the body.
    Failed(ErrorType),
    /// Nothing any more: it was dropped.
    Dropped,
    /// A panic.
    Panicked,
}

/// How the request failed, if it did. A status that says so came first, and stands.
pub(super) fn error(status: Option<StatusCode>, last: Last) -> Option<ErrorType> {
    match (last, status) {
        (Last::Panicked, _) => Some(ErrorType::Panic),
        (_, Some(StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT)) => {
            Some(ErrorType::Timeout)
        }
        (_, Some(status)) if status.is_server_error() => Some(ErrorType::Status),
        (Last::Failed(error), _) => Some(error),
        (Last::Dropped, _) => Some(ErrorType::Cancelled),
        (Last::End, _) => None,
    }
}

/// Whether the failure is the server's (OpenTelemetry semantic conventions, "HTTP spans", "Status").
pub(super) fn is_servers(status: Option<StatusCode>, error: ErrorType) -> bool {
    error != ErrorType::Cancelled && !says_that_the_client_was_slow(status)
}

/// The attribute `error.type`: the status where it tells of the error.
pub(super) fn error_type(status: Option<StatusCode>, error: ErrorType) -> Option<String> {
    match status {
        Some(status) if status.is_server_error() && error != ErrorType::Panic => {
            Some(status.as_str().to_owned())
        }
        _ if error == ErrorType::Timeout && says_that_the_client_was_slow(status) => None,
        _ => Some(error.as_str().to_owned()),
    }
}

fn says_that_the_client_was_slow(status: Option<StatusCode>) -> bool {
    status == Some(StatusCode::REQUEST_TIMEOUT)
}
