//! How a call ended.

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
    pub const ALL: [Self; 5] = [
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
pub struct Verdict {
    pub outcome: Outcome,
    /// The error's type, for the span.
    pub error_type: Option<&'static str>,
}

impl Verdict {
    pub const OK: Self = Self {
        outcome: Outcome::Ok,
        error_type: None,
    };
}
