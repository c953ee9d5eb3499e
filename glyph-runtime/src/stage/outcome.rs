//! How a call ended.

use crate::label::OUTCOME_COUNT;

/// How a call of a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It gave back what it was asked for.
    Ok,
    /// It gave back an error.
    Error,
    /// It gave back an error that says time ran out.
    Timeout,
    /// It was dropped before its end. That is not counted as an error of the stage.
    Cancelled,
    /// It panicked.
    Panicked,
}

impl Outcome {
    /// All of them, in the order of [`Label::OUTCOMES`](crate::Label::OUTCOMES).
    pub const ALL: [Self; OUTCOME_COUNT] = [
        Self::Ok,
        Self::Error,
        Self::Timeout,
        Self::Cancelled,
        Self::Panicked,
    ];

    /// Whether the stage failed: an error, a time-out or a panic.
    ///
    /// ```
    /// use glyph_runtime::Outcome;
    ///
    /// assert!(Outcome::Panicked.is_error());
    /// assert!(!Outcome::Cancelled.is_error());
    /// ```
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Timeout | Self::Panicked)
    }

    /// How a call ended that gave back `result`, whatever the error's type says of it.
    ///
    /// ```
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

    /// How a call ended that gave back a value of which none tells of an error: [`Outcome::Ok`].
    ///
    /// ```
    /// use glyph_runtime::Outcome;
    ///
    /// assert_eq!(Outcome::of_value(&[1, 2]), Outcome::Ok);
    /// ```
    #[must_use]
    pub const fn of_value<T: ?Sized>(_: &T) -> Self {
        Self::Ok
    }

    /// The place in [`Outcome::ALL`].
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

/// What is known of a call that has ended.
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

    /// The same but for the outcome.
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
