//! Whether spans of unsampled traces are built.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

static BUILT: AtomicBool = AtomicBool::new(false);
static RECORDERS: AtomicUsize = AtomicUsize::new(0);

/// Sets whether stages build spans below a span that is not sampled. Default: false.
///
/// Such a span is exported nowhere and costs as much as a sampled one. Without it metrics count as
/// always, and log lines have the trace id of the enclosing span. A stage with `parent = None`
/// starts a new trace.
///
/// Turn them on if you need the fields of such stages on log lines, or their spans in a subscriber
/// that ignores sampling, such as `tracing_subscriber::fmt`. A sampler that samples children of
/// unsampled spans is asked about them only then.
///
/// The setting is for the whole process.
///
/// ```
/// use glyph_runtime::trace;
///
/// assert!(!trace::unsampled_spans_are_built());
/// trace::build_unsampled_spans(true);
/// assert!(trace::unsampled_spans_are_built());
/// ```
pub fn build_unsampled_spans(build: bool) {
    BUILT.store(build, Relaxed);
}

/// Returns whether stages build spans below a span that is not sampled.
///
/// See [`build_unsampled_spans`].
#[must_use]
pub fn unsampled_spans_are_built() -> bool {
    BUILT.load(Relaxed)
}

/// Whether unsampled spans are built, for the program or for a pipeline that keeps failures.
pub(super) fn are_built() -> bool {
    unsampled_spans_are_built() || RECORDERS.load(Relaxed) > 0
}

/// Held by a pipeline that keeps failures. Unsampled spans are built while one exists.
#[derive(Debug)]
pub(crate) struct UnsampledRecorder(&'static AtomicUsize);

impl UnsampledRecorder {
    pub(crate) fn new() -> Self {
        Self::counted_in(&RECORDERS)
    }

    fn counted_in(recorders: &'static AtomicUsize) -> Self {
        recorders.fetch_add(1, Relaxed);
        Self(recorders)
    }
}

impl Drop for UnsampledRecorder {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{AtomicUsize, Relaxed, UnsampledRecorder, are_built};

    #[test]
    fn unsampled_spans_are_built_while_a_recorder_exists() {
        let _recorder = UnsampledRecorder::new();
        assert!(are_built());
    }

    #[test]
    fn recorders_are_counted_until_the_last_is_dropped() {
        // A separate count, because other tests of this process start pipelines too.
        static RECORDERS: AtomicUsize = AtomicUsize::new(0);
        let first = UnsampledRecorder::counted_in(&RECORDERS);
        let second = UnsampledRecorder::counted_in(&RECORDERS);
        drop(first);
        assert_eq!(RECORDERS.load(Relaxed), 1);
        drop(second);
        assert_eq!(RECORDERS.load(Relaxed), 0);
    }
}
