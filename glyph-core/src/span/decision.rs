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

/// Returns the context to open a span in, or `None` if the call has neither a span nor a record.
///
/// `needs_span`: code of the call reads or changes the current span of `tracing`.
#[doc(hidden)]
#[must_use]
pub fn opens(
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs_span: bool,
) -> Option<ParentContext> {
    let level = *callsite.metadata().level();
    if level > STATIC_MAX_LEVEL || level > LevelFilter::current() || is_ending() {
        return None;
    }
    enabled(callsite, names_parent, needs_span)
}

fn enabled(
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs_span: bool,
) -> Option<ParentContext> {
    let interest = callsite.interest();
    if interest.is_never() {
        return None;
    }
    let context = parent_context(names_parent, needs_span)?;
    let enabled = interest.is_always()
        || dispatcher::get_default(|dispatch| dispatch.enabled(callsite.metadata()));
    enabled.then_some(context)
}

/// Without connected traces every span is built. Below a span that is not sampled, a span is built
/// only if it has another parent or somebody reads it.
fn parent_context(names_parent: bool, needs_span: bool) -> Option<ParentContext> {
    let Some(traces) = traces() else {
        return Some(ParentContext {
            span: ParentSpanId::NONE,
            is_recorded: false,
        });
    };
    let ParentSpan { id, is_unsampled } = traces.parent_span()?;
    let is_built = !is_unsampled || names_parent || spans_are_read();
    let is_read = is_built || records_are_read();
    is_read.then_some(ParentContext {
        span: id,
        is_recorded: !is_built && !needs_span,
    })
}

/// Whether a call in the current context has a span of `tracing`'s or a record.
#[must_use]
pub fn is_opened_here() -> bool {
    parent_context(false, false).is_some()
}
