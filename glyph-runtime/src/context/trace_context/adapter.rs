//! The span that the running code is in, as OpenTelemetry knows it.
//!
//! `tracing-opentelemetry` makes a span's context current while the span is entered, so that one thread-local
//! look-up tells everything, without a lock and without asking the subscriber.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext, TraceContextExt},
};
use tracing::level_filters::LevelFilter;

use crate::{
    Exemplar,
    stage::{SpanSite, TypeName},
};

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

/// The span that another one is opened in; zero where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Around(u64);

impl Around {
    pub(crate) fn current() -> Self {
        map_current(|context| Self(id(context.span().span_context())))
    }
}

/// Where a stage's span is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) site: &'static SpanSite,
    pub(crate) of: Option<TypeName>,
    pub(crate) around: Around,
}

/// The current span, in which another one is to be opened: none where it is not sampled and so is to have no
/// children, unless they name another parent.
#[inline]
pub(crate) fn around(another_parent: bool) -> Option<Around> {
    map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        let unsampled = span.is_valid() && !span.is_sampled();
        let suppressed = unsampled
            && !another_parent
            && !unsampled_spans_are_built()
            && !super::unsampled::are_recorded();
        (!suppressed).then(|| Around(id(span)))
    })
}

/// The current span, if it is sampled.
#[inline]
pub(crate) fn exemplar() -> Option<Exemplar> {
    exemplar_at(None)
}

/// [`exemplar`], and puts the name of the function that opened the current span onto it.
///
/// As a field of `tracing`'s the name would stand on every log line; set by way of `tracing-opentelemetry`, it would
/// have the span looked up once more.
#[inline]
pub(crate) fn exemplar_at(place: Option<Place>) -> Option<Exemplar> {
    // Without a subscriber there is no span, and nothing is to be paid for asking.
    if LevelFilter::current() == LevelFilter::OFF {
        return None;
    }
    map_current(|context| current_exemplar(context, place))
}

fn current_exemplar(context: &Context, place: Option<Place>) -> Option<Exemplar> {
    let span = context.span();
    let ids = span.span_context();
    if !ids.is_sampled() || !ids.is_valid() {
        return None;
    }
    // Where the stage's own span is hidden from OpenTelemetry, the current one is still the span around it.
    if let Some(place) = place
        && place.around != Around(id(ids))
    {
        span.set_attribute(function_name(place));
    }
    let trace = u128::from_be_bytes(ids.trace_id().to_bytes());
    Some(Exemplar::new(trace, id(ids)))
}

/// OpenTelemetry semantic conventions, "Source code attributes".
fn function_name(Place { site, of, .. }: Place) -> KeyValue {
    let name = site.function;
    match of {
        None => KeyValue::new("code.function.name", name),
        Some(of) => KeyValue::new("code.function.name", format!("{}::{name}", of())),
    }
}

fn id(span: &SpanContext) -> u64 {
    u64::from_be_bytes(span.span_id().to_bytes())
}

#[inline(never)]
fn map_current<T>(read: impl FnOnce(&Context) -> T) -> T {
    Context::map_current(read)
}
