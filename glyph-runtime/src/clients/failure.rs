//! How a call failed.

use std::borrow::Cow;

use crate::{Outcome, stage::ErrorOutcome};

/// How a call failed: an outcome and the label `error_type`.
///
/// ```
/// use glyph_runtime::{Outcome, database::Failure};
///
/// let failure = Failure::new("23505");
/// assert_eq!((failure.outcome(), failure.error_type()), (Outcome::Error, "23505"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    outcome: Outcome,
    error_type: Cow<'static, str>,
}

impl Failure {
    /// The call was dropped before its end.
    pub(super) const CANCELLED: Self = Self {
        outcome: Outcome::Cancelled,
        error_type: Cow::Borrowed("cancelled"),
    };

    /// The call panicked.
    pub(super) const PANIC: Self = Self {
        outcome: Outcome::Panicked,
        error_type: Cow::Borrowed("panic"),
    };

    /// Returns a failure with this error type: the status code of the other side if it sent one, or
    /// else a short name of the error. One of a few, and never a message.
    #[must_use]
    pub fn new(error_type: impl Into<Cow<'static, str>>) -> Self {
        Self {
            outcome: Outcome::Error,
            error_type: error_type.into(),
        }
    }

    /// Returns a timeout, with the error type `timeout`.
    #[must_use]
    pub const fn timeout() -> Self {
        Self {
            outcome: Outcome::Timeout,
            error_type: Cow::Borrowed("timeout"),
        }
    }

    /// Returns the outcome and the error type of an error that has them, such as one with
    /// `#[derive(Outcome)]`.
    ///
    /// ```
    /// use glyph_runtime::{Outcome, database::Failure};
    /// use std::io::{Error, ErrorKind};
    ///
    /// assert_eq!(Failure::of(&Error::from(ErrorKind::TimedOut)).outcome(), Outcome::Timeout);
    /// ```
    #[must_use]
    pub fn of(error: &(impl ErrorOutcome + ?Sized)) -> Self {
        Self {
            outcome: error.outcome(),
            error_type: Cow::Borrowed(error.error_type()),
        }
    }

    /// The outcome of the call.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The label value.
    #[must_use]
    pub fn error_type(&self) -> &str {
        &self.error_type
    }
}
