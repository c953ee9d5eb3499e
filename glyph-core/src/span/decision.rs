//! The decision whether a call has a span of `tracing`'s, a record, or neither.

use tracing::{
    dispatcher,
    level_filters::{LevelFilter, STATIC_MAX_LEVEL},
};

use super::{
    ParentSpanId, SpanCallsite,
    record::{records_are_read, spans_are_read},
    traces::{ParentSpan, traces},
};
use crate::thread_end::is_ending;

/// The trace context that a span is opened in.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ParentContext {
    pub(super) span: ParentSpanId,
    /// Whether a record takes the place of the span.
    pub(super) is_recorded: bool,
}

/// The kind of span that a call gets: a span or a record, or neither.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decision {
    Nothing,
    /// Nothing, in a trace that is not sampled.
    Unsampled,
    /// A span or a record.
    Open(ParentContext),
}

/// Decides what a call has. `needs_span`: code of the call reads or changes the current span of
/// `tracing`.
pub(super) fn decide(
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs_span: bool,
) -> Decision {
    let level = *callsite.metadata().level();
    if level > STATIC_MAX_LEVEL || level > LevelFilter::current() || is_ending() {
        return Decision::Nothing;
    }
    decide_by_context(callsite, names_parent, needs_span)
}

#[inline(never)]
fn decide_by_context(
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs_span: bool,
) -> Decision {
    let interest = callsite.interest();
    if interest.is_never() {
        return Decision::Nothing;
    }
    match in_context(names_parent, needs_span) {
        Decision::Open(context)
            if !context.is_recorded && !interest.is_always() && !is_enabled(callsite) =>
        {
            Decision::Nothing
        }
        decision => decision,
    }
}

/// Whether the subscriber builds spans of this callsite. Build one right after it: the filters of
/// layers keep their answers for the next span or event of the thread, which would be hidden. So
/// readers of records ask their own filter.
#[inline(never)]
pub(super) fn is_enabled(callsite: &'static SpanCallsite) -> bool {
    dispatcher::get_default(|dispatch| dispatch.enabled(callsite.metadata()))
}

/// Without connected traces every span is built. Below a span that is not sampled, a span is built
/// only if it has another parent or a reader exists.
fn in_context(names_parent: bool, needs_span: bool) -> Decision {
    let Some(traces) = traces() else {
        return Decision::Open(ParentContext {
            span: ParentSpanId::NONE,
            is_recorded: false,
        });
    };
    let Some(ParentSpan { id, is_unsampled }) = traces.parent_span() else {
        return Decision::Nothing;
    };
    let is_built = !is_unsampled || names_parent || spans_are_read();
    if !is_built && !records_are_read() {
        return Decision::Unsampled;
    }
    Decision::Open(ParentContext {
        span: id,
        is_recorded: !is_built && !needs_span,
    })
}

/// Whether a call in the current context has a span of `tracing`'s or a record.
#[must_use]
pub fn is_opened_here() -> bool {
    matches!(in_context(false, false), Decision::Open(_))
}
