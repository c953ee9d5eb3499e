//! The decision whether a call has a span of `tracing`'s, a record, or neither.

use tracing::{
    dispatcher,
    level_filters::{LevelFilter, STATIC_MAX_LEVEL},
};

use super::{
    ParentSpanId, SpanCallsite, TracedSpan,
    record::{records_are_exported, records_are_read, spans_are_read, unsampled_are_read},
    traces::{Below, ParentSpan, traces},
};
use crate::thread_end::is_ending;

/// The trace context that a span is opened in.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ParentContext {
    pub(super) span: ParentSpanId,
    pub(super) kind: SpanType,
}

impl ParentContext {
    /// That of a record with a span, which has found its parent.
    pub(super) const RECORD: Self = Self {
        span: ParentSpanId::NONE,
        kind: SpanType::Traced,
    };
}

/// What keeps the fields of a call: a span of `tracing`'s or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpanType {
    /// A span of `tracing`'s.
    Tracing,
    /// A record in place of a span that is not sampled.
    Record,
    /// A record that is exported.
    Traced,
}

/// Whether the code of a call needs a span of `tracing`'s, or a record is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanNeeds {
    /// Nothing: a record does in any case.
    Nothing,
    /// A span of `tracing`'s, unless it is not sampled.
    IfSampled,
    /// A span of `tracing`'s: the code reads or changes the current span.
    Always,
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

/// Whether calls have nothing in any context: no subscriber reads spans of this level, or the thread
/// is ending.
#[inline]
pub(super) fn is_off(callsite: &'static SpanCallsite) -> bool {
    let level = *callsite.metadata().level();
    level > STATIC_MAX_LEVEL || level > LevelFilter::current() || is_ending()
}

/// Returns the span of a call whose record is exported, or sets `decision` to what the call has, unless that
/// [is off](is_off).
#[inline]
pub(super) fn start_or_decide(
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs: SpanNeeds,
    decision: &mut Decision,
) -> Option<Box<dyn TracedSpan>> {
    let interest = callsite.interest();
    if interest.is_never() {
        *decision = Decision::Nothing;
        return None;
    }
    let can_be_started = needs == SpanNeeds::Nothing && !names_parent;
    let recordable = can_be_started.then_some(callsite);
    let started = in_context(recordable, names_parent, needs, decision);
    if started.is_none()
        && let Decision::Open(context) = *decision
        && context.kind == SpanType::Tracing
    {
        let can_be_record = needs == SpanNeeds::Nothing;
        *decision = decide_built(callsite, context, can_be_record, interest.is_always());
    }
    started
}

/// Decides whether a record takes the place of a span that is to be built.
#[inline(never)]
fn decide_built(
    callsite: &'static SpanCallsite,
    context: ParentContext,
    can_be_record: bool,
    is_always_enabled: bool,
) -> Decision {
    let exports_records = || traces().is_some_and(|traces| traces.exports_records(callsite));
    if can_be_record && !spans_are_read() && exports_records() {
        return Decision::Open(ParentContext {
            kind: SpanType::Traced,
            ..context
        });
    }
    if is_always_enabled || is_enabled(callsite) {
        Decision::Open(context)
    } else {
        Decision::Nothing
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
///
/// Below one that is sampled, a record of a call from `recordable` is started at once, if there can be
/// one: most calls are such, and look up their context once.
#[inline]
fn in_context(
    recordable: Option<&'static SpanCallsite>,
    names_parent: bool,
    needs: SpanNeeds,
    decision: &mut Decision,
) -> Option<Box<dyn TracedSpan>> {
    let Some(traces) = traces() else {
        *decision = Decision::Open(ParentContext {
            span: ParentSpanId::NONE,
            kind: SpanType::Tracing,
        });
        return None;
    };
    let recordable = recordable
        .filter(|callsite| records_are_exported() && !spans_are_read() && !callsite.has_error());
    let mut below = Below::Ending;
    let started = traces.start_below(recordable, &mut below);
    if started.is_none() {
        *decision = decide_below(below, names_parent, needs);
    }
    started
}

/// Decides what a call has in the current span.
#[inline]
fn decide_below(below: Below, names_parent: bool, needs: SpanNeeds) -> Decision {
    let Below::Span(ParentSpan { id, is_unsampled }) = below else {
        return Decision::Nothing;
    };
    let is_read = spans_are_read() || unsampled_are_read();
    let is_built = !is_unsampled || names_parent || is_read;
    if !is_built && !records_are_read() {
        return Decision::Unsampled;
    }
    let kind = if is_built || needs == SpanNeeds::Always {
        SpanType::Tracing
    } else {
        SpanType::Record
    };
    Decision::Open(ParentContext { span: id, kind })
}
