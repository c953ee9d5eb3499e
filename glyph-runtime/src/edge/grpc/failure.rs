//! What an error of a service or a body means.

use std::{any::Any, error::Error, io};

use tonic::{ConnectError, TimeoutExpired};

use super::{StatusCode, ending::Edge};
use crate::edge::failure::is_timeout;

/// The status of a call that ended with this error: a status itself, or what its causes say of a time-out or of a peer that
/// could not be reached. Nothing more is known of a client's other errors than that nobody answered.
pub(super) fn status<E: 'static>(error: &E, edge: Edge) -> StatusCode {
    let error: &dyn Any = error;
    let causes = match error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        Some(error) => chain(Some(&**error)),
        None => named(error),
    };
    causes.unwrap_or(match edge {
        Edge::Server => StatusCode::Unknown,
        Edge::Client => StatusCode::Unavailable,
    })
}

fn named(error: &dyn Any) -> Option<StatusCode> {
    if let Some(status) = error.downcast_ref::<tonic::Status>() {
        return Some(status.code().into());
    }
    if let Some(error) = error.downcast_ref::<tonic::transport::Error>() {
        return chain(Some(error));
    }
    chain(Some(error.downcast_ref::<io::Error>()?))
}

fn chain(mut error: Option<&(dyn Error + 'static)>) -> Option<StatusCode> {
    while let Some(cause) = error {
        if let Some(status) = cause.downcast_ref::<tonic::Status>() {
            return Some(status.code().into());
        }
        if cause.is::<TimeoutExpired>() || is_timeout(cause) {
            return Some(StatusCode::DeadlineExceeded);
        }
        if cause.is::<ConnectError>() {
            return Some(StatusCode::Unavailable);
        }
        error = cause.source();
    }
    None
}
