//! A failed attempt, and whether to try again.

use std::{fmt, time::Duration};

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    pub(super) retry: Retry,
    cause: String,
    pub(super) advice: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// The same request would be rejected again.
    Never,
    /// Another attempt may succeed, after this time if the collector asked for it.
    After(Option<Duration>),
}

/// The kind of a failure. The log has each at most once a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The host is unknown, or nothing listens there.
    Unreachable,
    /// The proxy does not connect.
    Proxy,
    /// There is no response in time.
    Timeout,
    /// The handshake failed.
    Tls,
    /// The connection ended, or had something else than a response.
    Broken,
    /// The collector is overloaded.
    Overloaded,
    /// The collector wants other credentials.
    Unauthorized,
    /// Nothing takes the signal at this path.
    NotFound,
    /// The collector is somewhere else.
    Redirect,
    /// The collector rejected the request.
    Rejected,
    /// The response cannot be read.
    Unreadable,
}

impl Kind {
    pub(super) const COUNT: usize = Self::Unreadable as usize + 1;
}

impl Failure {
    pub(super) fn new(kind: Kind, retry: Retry, cause: impl Into<String>) -> Self {
        Self {
            kind,
            retry,
            cause: cause.into(),
            advice: None,
        }
    }

    pub(super) fn with_advice(self, advice: Option<String>) -> Self {
        Self { advice, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.cause)
    }
}
