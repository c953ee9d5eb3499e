//! Whether spans of unsampled traces are built.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static BUILT: AtomicBool = AtomicBool::new(false);

/// Sets whether stages build spans below a span that is not sampled. Default: false.
///
/// Such a span is exported nowhere and costs as much as a sampled one. Without it metrics count as
/// always, and the lines of glyph's log are those of a sampled stage, except for the span id: that
/// of the enclosing span. A stage with `parent = None` starts a new trace.
///
/// Turn them on if a subscriber or a layer of the program ignores sampling and needs these spans,
/// such as `tracing_subscriber::fmt`, or an `EnvFilter` with directives for spans. The log's own
/// filter does this by itself. A sampler that samples children of unsampled spans is asked about
/// them only then.
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
