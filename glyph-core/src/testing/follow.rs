//! Futures that are polled in a capture.

use super::Capture;
use crate::within::{Environment, Within};

/// A future that is polled in a capture, on any thread. See [`Capture::follow`].
pub type Followed<F> = Within<F, Capture>;

impl Environment for Capture {
    fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        self.in_scope(work)
    }
}
