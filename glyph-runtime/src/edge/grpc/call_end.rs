//! What a call's end tells whoever measures.

use std::time::Duration;

use super::{ErrorType, StatusCode};
use crate::Outcome;

/// How a call ended, on either side.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// From the request to the status, or to the end without one: all of a stream's messages are in between.
    pub duration: Duration,
    /// The status.
    pub status: StatusCode,
    /// How it failed, if it did.
    pub error: Option<ErrorType>,
}

impl CallEnd {
    /// The outcome, for a label that tells it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.error.map_or(Outcome::Ok, ErrorType::outcome)
    }
}
