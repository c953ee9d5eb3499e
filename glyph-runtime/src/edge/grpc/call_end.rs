//! The end of a call, as recorders receive it.

use std::time::Duration;

use super::{ErrorType, StatusCode};
use crate::Outcome;

/// How a call ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// The time from the request to the status, or to the end without one. It includes all messages
    /// of a stream.
    pub duration: Duration,
    /// The status.
    pub status: StatusCode,
    /// How the call failed, if it did.
    pub error: Option<ErrorType>,
}

impl CallEnd {
    /// Returns the outcome, as a label.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.error.map_or(Outcome::Ok, ErrorType::outcome)
    }
}
