//! The status of a call that ended with an error.

use std::{any::Any, io};

use tonic::{ConnectError, Status, TimeoutExpired, transport};

use super::StatusCode;
use crate::edge::{
    failure::{DynError, downcast, find_cause, is_timeout},
    protocol::Role,
};

/// Returns the status of a call whose service or body returned this error.
///
/// That is a status among the error and its causes, or what a timeout or a failed connection means.
/// Without one a client's error means that there was no response.
pub(super) fn status<E: 'static>(error: &E, role: Role) -> StatusCode {
    find_cause(error, known, of_cause).unwrap_or(match role {
        Role::Server => StatusCode::Unknown,
        Role::Client => StatusCode::Unavailable,
    })
}

fn known(error: &dyn Any) -> Option<&DynError> {
    downcast::<Status>(error)
        .or_else(|| downcast::<transport::Error>(error))
        .or_else(|| downcast::<io::Error>(error))
}

fn of_cause(cause: &DynError) -> Option<StatusCode> {
    if let Some(status) = cause.downcast_ref::<Status>() {
        return Some(status.code().into());
    }
    if cause.is::<TimeoutExpired>() || is_timeout(cause) {
        return Some(StatusCode::DeadlineExceeded);
    }
    cause
        .is::<ConnectError>()
        .then_some(StatusCode::Unavailable)
}
