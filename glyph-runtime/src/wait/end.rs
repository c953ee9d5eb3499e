//! How a wait ended.

use std::time::Duration;

use crate::{Label, Outcome};

/// What the end of a wait tells whoever measures.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WaitEnd {
    /// How long it took.
    pub duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

impl WaitEnd {
    /// The outcome as a label.
    #[must_use]
    pub fn label(&self) -> WaitOutcome {
        self.outcome.into()
    }
}

/// The end of a wait as a label.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum WaitOutcome {
    /// It was waited for.
    Ok,
    /// What was waited for failed.
    Error,
    /// Time ran out, as [`of_as`](super::Wait::of_as) says.
    Timeout,
    /// Nobody waits any more.
    Cancelled,
    /// What was waited for panicked.
    Panicked,
}

impl WaitOutcome {
    /// The outcome as it stands in a label.
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
