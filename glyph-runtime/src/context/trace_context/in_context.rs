//! Futures and streams that carry their context along.

use super::Context;
use glyph_core::__runtime::{Environment, Within};

/// A future or a stream in a context, on any thread that polls it. See [`Context::scope`].
pub type InContext<T> = Within<T, Context>;

impl Environment for Context {
    fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        self.in_scope(work)
    }
}
