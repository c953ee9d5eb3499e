//! A failed attempt, and whether to try again.

use std::{error::Error, fmt, time::Duration};

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) retry: Retry,
    why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// The same request would be rejected again.
    Never,
    /// Another attempt may succeed, after this time if the collector asked for it.
    After(Option<Duration>),
}

impl Failure {
    pub(super) fn new(retry: Retry, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { retry, why }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.why)
    }
}

/// Returns an error with its causes as one string.
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
