//! The external recorder on threads that end.
//!
//! It reads a clock whose override is a thread-local with a destructor, and panics afterwards.

use std::thread;

use glyph_core::__runtime::{FirstUse, is_ending};
use metrics::{Histogram, HistogramFn};

/// Runs `work` here, or on a new thread if this one is ending. `None` if none can be started.
pub(super) fn with_locals<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Option<R> {
    if is_ending() {
        return thread::Builder::new().spawn(work).ok()?.join().ok();
    }
    let result = work();
    FirstUse::Clock.mark();
    Some(result)
}

/// A histogram of the external recorder.
pub(super) struct ExternalHistogram(pub(super) Histogram);

impl HistogramFn for ExternalHistogram {
    fn record(&self, value: f64) {
        if is_ending() {
            let histogram = self.0.clone();
            let _recorded = with_locals(move || histogram.record(value));
        } else {
            self.0.record(value);
            FirstUse::Clock.mark();
        }
    }
}
