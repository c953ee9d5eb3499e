//! The status of a call that ended with an error.

use std::{any::Any, error::Error as _};

use tonic::{Code, ConnectError, Status, TimeoutExpired};
use tower::load_shed::error::Overloaded;

use super::StatusCode;
use crate::edge::{
    failure::{DynError, causes, is_timeout},
    protocol::Role,
};

/// The meaning of an error that a service or a body returned.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    pub(super) status: StatusCode,
    /// Whether the error means that the call took too long, whatever its status is.
    pub(super) is_timeout: bool,
}

impl Failure {
    pub(super) fn of<E: 'static>(error: &E, role: Role) -> Self {
        Self {
            status: match role {
                Role::Server => reported(error),
                Role::Client => seen(error),
            },
            is_timeout: causes(error).any(is_late),
        }
    }
}

fn is_late(cause: &DynError) -> bool {
    cause.is::<TimeoutExpired>() || is_timeout(cause)
}

/// Returns the status that a server reports for the error of a service.
fn reported(error: &dyn Any) -> StatusCode {
    let of_cause = |cause: &DynError| match cause.downcast_ref::<Status>() {
        Some(status) => Some(status.code().into()),
        None if is_late(cause) => Some(StatusCode::DeadlineExceeded),
        None => cause
            .is::<ConnectError>()
            .then_some(StatusCode::Unavailable),
    };
    let found = causes(error).find_map(of_cause);
    found.unwrap_or(StatusCode::Unknown)
}

/// Returns the status that the application sees, as [`Status::from_error`] makes it of the error.
///
/// That function takes the error, which goes on to the application.
fn seen(error: &dyn Any) -> StatusCode {
    let outermost = causes(error).next().and_then(of_outermost);
    let found = outermost.or_else(|| causes(error).find_map(of_cause));
    found.unwrap_or(Code::Unknown).into()
}

/// Returns the code of the errors that have one only if they are not a cause of another error.
fn of_outermost(error: &DynError) -> Option<Code> {
    if error.is::<Overloaded>() {
        return Some(Code::ResourceExhausted);
    }
    error.downcast_ref().map(of_reset)
}

fn of_cause(cause: &DynError) -> Option<Code> {
    if let Some(status) = cause.downcast_ref::<Status>() {
        return Some(status.code());
    }
    if cause.is::<TimeoutExpired>() {
        return Some(Code::Cancelled);
    }
    if cause.is::<ConnectError>() {
        return Some(Code::Unavailable);
    }
    cause.downcast_ref().and_then(of_hyper)
}

fn of_hyper(error: &hyper::Error) -> Option<Code> {
    if error.is_timeout() {
        return Some(Code::Unavailable);
    }
    if error.is_canceled() {
        return Some(Code::Cancelled);
    }
    error.source()?.downcast_ref().map(of_reset)
}

/// Returns the code of a reset of HTTP/2 (gRPC over HTTP/2, "Errors"). tonic has the table.
fn of_reset(error: &h2::Error) -> Code {
    let reason = error.reason().map(h2::Error::from);
    reason.map_or(Code::Unknown, |error| {
        Status::from_error(Box::new(error)).code()
    })
}

#[cfg(test)]
mod tests {
    use std::{error::Error, io};

    use tonic::{Code, ConnectError, Status, TimeoutExpired};
    use tower::load_shed::error::Overloaded;

    use super::{Failure, Role, StatusCode};

    type BoxError = Box<dyn Error + Send + Sync>;

    /// Every error that can be made here, and not only by a connection.
    fn errors() -> Vec<fn() -> BoxError> {
        vec![
            || Box::new(Status::not_found("a")),
            || Box::new(TimeoutExpired(())),
            || Box::new(ConnectError("refused".into())),
            || Box::new(Overloaded::new()),
            || Box::new(io::Error::other(Status::aborted("a"))),
            || Box::new(io::Error::other(TimeoutExpired(()))),
            || Box::new(io::Error::other(Overloaded::new())),
            || Box::new(io::Error::other(h2::Error::from(h2::Reason::CANCEL))),
            || Box::new(io::Error::from(io::ErrorKind::TimedOut)),
            || "anything else".into(),
        ]
    }

    #[test]
    fn client_has_the_status_that_tonic_makes_of_an_error() {
        for error in errors() {
            let expected: StatusCode = Status::from_error(error()).code().into();
            let found = Failure::of(&error(), Role::Client).status;
            assert_eq!(found, expected, "{:?}", error());
        }
    }

    #[test]
    fn client_has_the_status_that_tonic_makes_of_a_reset() {
        for reason in 0..=14 {
            let error = || -> BoxError { Box::new(h2::Error::from(h2::Reason::from(reason))) };
            let expected: StatusCode = Status::from_error(error()).code().into();
            let found = Failure::of(&error(), Role::Client).status;
            assert_eq!(found, expected, "{:?}", error());
        }
    }

    #[test]
    fn server_reports_a_timeout_as_a_passed_deadline() {
        let error: BoxError = Box::new(TimeoutExpired(()));
        let failure = Failure::of(&error, Role::Server);
        assert_eq!(failure.status, StatusCode::DeadlineExceeded);
        assert!(failure.is_timeout);
        let failure = Failure::of(&error, Role::Client);
        assert_eq!(failure.status, StatusCode::from(Code::Cancelled));
        assert!(failure.is_timeout);
    }
}
