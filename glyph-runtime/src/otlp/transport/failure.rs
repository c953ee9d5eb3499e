//! Why an attempt came to nothing, and whether another one has any hope.

use std::{error::Error, fmt, time::Duration};

/// An attempt that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) hope: Hope,
    why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hope {
    /// The same request would meet the same answer.
    None,
    /// Another attempt may succeed, but not before this time has passed, if the other side said so.
    Later(Option<Duration>),
}

impl Failure {
    pub(super) fn new(hope: Hope, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { hope, why }
    }

    /// Something failed on the way.
    #[cfg(feature = "otlp-http")]
    pub(super) fn on_the_way(error: &dyn Error) -> Self {
        Self::new(Hope::Later(None), chain(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.why)
    }
}

/// The error with its causes.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
