//! The span that the running code is in, as OpenTelemetry knows it.
//!
//! `tracing-opentelemetry` makes a span's context current while the span is entered, so that one thread-local
//! look-up tells everything, without a lock and without asking the subscriber.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use tracing::level_filters::LevelFilter;

use crate::Exemplar;

static UNSAMPLED_SPANS: AtomicBool = AtomicBool::new(false);

/// Says whether stages build spans below a span that is not sampled; they do not unless told so.
///
/// Such a span would be exported nowhere and cost as much as a sampled one. Without it metrics count as always,
/// log lines carry the trace id of the span around them, and a stage with `parent = None` starts a
/// trace of its own. What is missing are the stage's fields on log lines, and its spans in subscribers that know
/// nothing of sampling, such as `tracing_subscriber::fmt`; a sampler that samples children of unsampled
/// spans is not asked about them either. Where that matters, turn them on.
///
/// This holds for the whole process.
///
/// ```
/// use glyph_runtime::trace;
///
/// assert!(!trace::unsampled_spans_are_built());
/// trace::unsampled_spans(true);
/// assert!(trace::unsampled_spans_are_built());
/// ```
pub fn unsampled_spans(built: bool) {
    UNSAMPLED_SPANS.store(built, Relaxed);
}

/// Whether stages build spans below a span that is not sampled; see [`unsampled_spans`].
#[must_use]
pub fn unsampled_spans_are_built() -> bool {
    UNSAMPLED_SPANS.load(Relaxed)
}

/// Whether a span opened here would be a child of one that is not sampled, and so is not to be built.
#[inline]
pub(crate) fn suppressed() -> bool {
    map_current(|span| span.is_valid() && !span.is_sampled()) && !unsampled_spans_are_built()
}

/// The current span, if it is sampled.
#[inline]
pub(crate) fn exemplar() -> Option<Exemplar> {
    // Without a subscriber there is no span, and nothing is to be paid for asking.
    if LevelFilter::current() == LevelFilter::OFF {
        return None;
    }
    map_current(|span| {
        (span.is_sampled() && span.is_valid()).then(|| {
            Exemplar::new(
                u128::from_be_bytes(span.trace_id().to_bytes()),
                u64::from_be_bytes(span.span_id().to_bytes()),
            )
        })
    })
}

#[inline(never)]
fn map_current<T>(read: impl FnOnce(&SpanContext) -> T) -> T {
    Context::map_current(|context| read(context.span().span_context()))
}
