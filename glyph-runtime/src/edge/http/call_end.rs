//! What a call's end tells whoever measures.

use std::time::Duration;

use super::{ErrorType, StatusClass, StatusCode};
use crate::Outcome;

/// How a call ended, on either side.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// From the request to the end of the response's body.
    pub duration: Duration,
    /// The response's status; none where there was no response.
    pub status: Option<http::StatusCode>,
    /// How it failed, if it did.
    pub error: Option<ErrorType>,
    /// Bytes of the request's body that a server has read; a client does not count them.
    pub request_bytes: u64,
    /// Bytes of the response's body that were handed on.
    pub response_bytes: u64,
}

impl CallEnd {
    /// The outcome, for a label that tells it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.error.map_or(Outcome::Ok, ErrorType::outcome)
    }

    /// The status as a label.
    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        self.status.into()
    }

    /// The status's class as a label.
    #[must_use]
    pub fn status_class(&self) -> StatusClass {
        self.status.into()
    }
}
