//! The end of a call, as recorders receive it.

use std::time::Duration;

use super::{ErrorType, StatusClass, StatusCode};
use crate::Outcome;

/// How a request or a call ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// The time from the request to the end of the response's body.
    pub duration: Duration,
    /// The status of the response. `None` if there was no response.
    pub status: Option<http::StatusCode>,
    /// How the call failed, if it did.
    pub error: Option<ErrorType>,
    /// The bytes of the request's body that a server read. 0 for a client.
    pub request_bytes: u64,
    /// The bytes of the response's body that were passed on.
    pub response_bytes: u64,
}

impl CallEnd {
    /// Returns the outcome, as a label.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.error.map_or(Outcome::Ok, ErrorType::outcome)
    }

    /// Returns the status, as a label.
    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        self.status.into()
    }

    /// Returns the class of the status, as a label.
    #[must_use]
    pub fn status_class(&self) -> StatusClass {
        self.status.into()
    }
}
