//! How a call over HTTP failed.

use std::{any::Any, fmt, sync::Arc};

use http::StatusCode;

use super::ErrorType;
use crate::edge::{
    CallLayer, Endpoint,
    failure::{causes, is_timeout},
    http::Http,
    protocol::{Role, Termination},
};

type Classifier = Arc<dyn Fn(&dyn Any) -> Option<ErrorType> + Send + Sync>;

/// The settings that HTTP servers and clients have.
#[derive(Clone, Default)]
pub struct HttpSettings {
    /// Classifies the errors of one type. `None` for errors of other types.
    classifier: Option<Classifier>,
}

impl<E: Endpoint<Protocol = Http>> CallLayer<E> {
    /// Classifies errors of type `T` that the service below or the body of its response returns.
    ///
    /// Other errors are timeouts if the operating system, tokio or tower reports one among their
    /// causes, or else [`ErrorType::Transport`].
    #[must_use]
    pub fn error_type<T: 'static>(
        self,
        classify: impl Fn(&T) -> ErrorType + Send + Sync + 'static,
    ) -> Self {
        let classifier: Classifier = Arc::new(move |error| error.downcast_ref().map(&classify));
        self.with_protocol(|settings| settings.classifier = Some(classifier))
    }
}

impl HttpSettings {
    /// Returns the kind of an error that a service or a body returned.
    pub(super) fn classify<E: 'static>(&self, error: &E) -> ErrorType {
        let error: &dyn Any = error;
        let classifier = self.classifier.as_ref();
        if let Some(classified) = classifier.and_then(|classifier| classifier(error)) {
            return classified;
        }
        if causes(error).any(is_timeout) {
            ErrorType::Timeout
        } else {
            ErrorType::Transport
        }
    }
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpSettings")
            .finish_non_exhaustive()
    }
}

/// Returns how a call failed, if it did. An error status wins over what happened after it, unless
/// the service responded to a client that had left.
pub(super) fn error(
    role: Role,
    status: Option<StatusCode>,
    termination: Termination<ErrorType>,
) -> Option<ErrorType> {
    match (termination, status) {
        (Termination::Panicked, _) => Some(ErrorType::Panic),
        (Termination::Left, _) => Some(ErrorType::Cancelled),
        (_, Some(StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT)) => {
            Some(ErrorType::Timeout)
        }
        (_, Some(status)) if is_error(role, status) => Some(ErrorType::Status),
        (Termination::Failed(error), _) => Some(error),
        (Termination::Dropped, _) => Some(ErrorType::Cancelled),
        (Termination::Completed, _) => None,
    }
}

/// Whether the status of the span is an error (OpenTelemetry semantic conventions, "HTTP spans",
/// "Status").
pub(super) fn is_failure(role: Role, status: Option<StatusCode>, error: ErrorType) -> bool {
    error != ErrorType::Cancelled && !blames_client(role, status)
}

/// Returns the attribute `error.type`: the status, if that is the error.
pub(super) fn attribute(
    role: Role,
    status: Option<StatusCode>,
    error: ErrorType,
) -> Option<String> {
    match status {
        Some(status) if is_error(role, status) && !hides_status(error) => {
            Some(status.as_str().to_owned())
        }
        _ if error == ErrorType::Timeout && blames_client(role, status) => None,
        _ => Some(error.as_str().to_owned()),
    }
}

/// Whether the failure is told in place of an error status.
const fn hides_status(error: ErrorType) -> bool {
    matches!(error, ErrorType::Panic | ErrorType::Cancelled)
}

fn is_error(role: Role, status: StatusCode) -> bool {
    status.is_server_error() || (role == Role::Client && status.is_client_error())
}

/// With status 408 a server reports that its client was slow.
fn blames_client(role: Role, status: Option<StatusCode>) -> bool {
    role == Role::Server && status == Some(StatusCode::REQUEST_TIMEOUT)
}
