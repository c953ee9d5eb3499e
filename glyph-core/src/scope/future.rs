//! Futures and streams in a scope.

use super::ScopeLabels;
use crate::within::{Environment, Within};

/// A future or a stream that is polled in a scope, on any thread. See [`ScopeLabels::scope`].
pub type InScope<T> = Within<T, ScopeLabels>;

impl Environment for ScopeLabels {
    fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        self.in_scope(work)
    }
}

impl<T> InScope<T> {
    /// Returns the labels.
    pub const fn labels(&self) -> &ScopeLabels {
        self.environment()
    }
}
