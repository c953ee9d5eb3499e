//! How a call ended.

use crate::label::{CallStatus, OUTCOME_COUNT, Status};

/// How a call of a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The call succeeded.
    Ok,
    /// The call returned an error.
    Error,
    /// The call returned an error that means a timeout.
    Timeout,
    /// The call was dropped before its end. This is an error only of a stage with
    /// `cancelled = error`.
    Cancelled,
    /// The call panicked.
    Panicked,
}

impl Outcome {
    /// All outcomes, in the order of [`Label::OUTCOMES`](crate::Label::OUTCOMES).
    pub const ALL: [Self; OUTCOME_COUNT] = [
        Self::Ok,
        Self::Error,
        Self::Timeout,
        Self::Cancelled,
        Self::Panicked,
    ];

    /// Returns whether the outcome is a failure: an error, a timeout or a panic.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// use glyph_runtime::Outcome;
    ///
    /// assert!(Outcome::Panicked.is_error());
    /// assert!(!Outcome::Cancelled.is_error());
    /// ```
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Timeout | Self::Panicked)
    }

    /// Returns the outcome of a call that returned `result`. The error's own outcome is ignored.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// use glyph_runtime::Outcome;
    ///
    /// assert_eq!(Outcome::of_result(&"7".parse::<u8>()), Outcome::Ok);
    /// assert_eq!(Outcome::of_result(&"x".parse::<u8>()), Outcome::Error);
    /// ```
    pub const fn of_result<T, E>(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(_) => Self::Error,
        }
    }

    /// Returns [`Outcome::Ok`], for calls whose value is never an error.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// use glyph_runtime::Outcome;
    ///
    /// assert_eq!(Outcome::of_value(&[1, 2]), Outcome::Ok);
    /// ```
    #[must_use]
    pub const fn of_value<T: ?Sized>(_: &T) -> Self {
        Self::Ok
    }

    /// The index in [`Outcome::ALL`].
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Ok => 0,
            Self::Error => 1,
            Self::Timeout => 2,
            Self::Cancelled => 3,
            Self::Panicked => 4,
        }
    }
}

impl From<Outcome> for CallStatus {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok => Self::Ok,
            Outcome::Error => Self::Error,
            Outcome::Timeout => Self::Timeout,
            Outcome::Cancelled => Self::Cancelled,
            Outcome::Panicked => Self::Panicked,
        }
    }
}

impl From<Outcome> for Status {
    /// Returns `Ok` for a cancelled call, as in a stage.
    fn from(outcome: Outcome) -> Self {
        if outcome.is_error() {
            Self::Error
        } else {
            Self::Ok
        }
    }
}

/// The outcome of a call, and the type of its error.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct CallResult {
    pub outcome: Outcome,
    /// The error's type, for the span.
    pub error_type: Option<&'static str>,
}

impl CallResult {
    pub const OK: Self = Self {
        outcome: Outcome::Ok,
        error_type: None,
    };

    /// Returns the attribute `error.type`. `None` if the call is ok.
    #[must_use]
    pub fn error_type_of_span(self) -> Option<&'static str> {
        Some(match self.outcome {
            Outcome::Ok => return None,
            Outcome::Cancelled => self.error_type.unwrap_or("cancelled"),
            Outcome::Panicked => "panic",
            Outcome::Timeout => self.error_type.unwrap_or("timeout"),
            Outcome::Error => self.error_type.unwrap_or("error"),
        })
    }

    /// Replaces the outcome.
    #[inline]
    #[must_use]
    pub const fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }
}

impl From<Outcome> for CallResult {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            error_type: None,
        }
    }
}
