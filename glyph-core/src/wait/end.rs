//! How a wait ended.

use std::time::Duration;

use crate::{Label, Outcome};

/// The end of a wait, as recorders receive it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WaitEnd {
    /// The duration of the wait.
    pub duration: Duration,
    /// The outcome of the wait.
    pub outcome: Outcome,
}

impl WaitEnd {
    /// Returns the outcome as a label.
    #[must_use]
    pub fn label(&self) -> WaitOutcome {
        self.outcome.into()
    }
}

/// The end of a wait as a label.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum WaitOutcome {
    /// The wait succeeded.
    Ok,
    /// The awaited operation failed.
    Error,
    /// The wait timed out, according to the closure of [`of_as`](super::Wait::of_as).
    Timeout,
    /// The wait was dropped before its end.
    Cancelled,
    /// The awaited operation panicked.
    Panicked,
}

impl WaitOutcome {
    /// Returns the label value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
        }
    }
}

impl From<Outcome> for WaitOutcome {
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
