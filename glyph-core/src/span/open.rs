//! Spans that are open, and the decision whether to open one.

use tracing::{
    Metadata, Span, dispatcher,
    level_filters::{LevelFilter, STATIC_MAX_LEVEL},
    span::Id,
};

use super::{
    FieldValue, Parent, ParentSpanId, SpanCallsite, SpanParent, TypeName,
    callsite::MAX_FIELDS,
    parent_span,
    traces::{current_span, exemplar_of, traces},
};
use crate::{
    Exemplar,
    metric::current_exemplar,
    thread_end::{FirstUse, is_ending},
};

/// The span of a call.
#[doc(hidden)]
#[derive(Debug)]
pub struct OpenSpan {
    span: Span,
    /// The function that opened the span, for its name. `None` for the span of a block.
    parent: Option<SpanParent>,
}

/// The trace context that a span is opened in.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ParentContext {
    span: ParentSpanId,
}

impl OpenSpan {
    /// Creates a guard without a span.
    #[inline]
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            span: Span::none(),
            parent: None,
        }
    }

    /// The span of a block.
    #[must_use]
    pub const fn of_block(span: Span) -> Self {
        Self { span, parent: None }
    }

    /// The span of a function at `callsite`, opened in `context`.
    #[must_use]
    pub const fn of_function(
        span: Span,
        callsite: &'static SpanCallsite,
        of: Option<TypeName>,
        context: ParentContext,
    ) -> Self {
        let parent = SpanParent {
            callsite,
            of,
            span: context.span,
        };
        Self {
            span,
            parent: Some(parent),
        }
    }

    /// The span of `tracing`. Disabled if no span was built.
    #[inline]
    #[must_use]
    pub const fn span(&self) -> &Span {
        &self.span
    }

    /// Reads the current span again: the call may be entered in another context than it was opened
    /// in.
    #[inline]
    pub(crate) fn entering(&mut self) {
        if let Some(parent) = &mut self.parent {
            parent.span = current_span();
        }
    }

    /// Returns the current span if it is sampled: this one, unless it was not built.
    #[inline]
    pub(crate) fn exemplar(&self) -> Option<Exemplar> {
        match &self.parent {
            None => current_exemplar(),
            Some(parent) => exemplar_of(parent),
        }
    }
}

/// Returns the context to open a span in, or `None` if no span is to be built.
#[doc(hidden)]
#[must_use]
pub fn opens(callsite: &'static SpanCallsite, names_parent: bool) -> Option<ParentContext> {
    let level = *callsite.metadata().level();
    if level > STATIC_MAX_LEVEL || level > LevelFilter::current() || is_ending() {
        return None;
    }
    enabled(callsite, names_parent)
}

fn enabled(callsite: &'static SpanCallsite, names_parent: bool) -> Option<ParentContext> {
    let interest = callsite.interest();
    if interest.is_never() {
        return None;
    }
    let span = parent_span(names_parent)?;
    let enabled = interest.is_always()
        || dispatcher::get_default(|dispatch| dispatch.enabled(callsite.metadata()));
    enabled.then_some(ParentContext { span })
}

/// Opens a span with the values of its labels and fields.
#[must_use]
pub(crate) fn open_with(
    callsite: &'static SpanCallsite,
    parent: &Parent,
    labels: &[FieldValue<'_>],
    fields: &[FieldValue<'_>],
) -> Span {
    callsite.list();
    let mut values = [None; MAX_FIELDS];
    for (slot, value) in values.iter_mut().zip(labels.iter().chain(fields)) {
        *slot = *value;
    }
    let metadata = callsite.metadata();
    let count = metadata.fields().len();
    build(metadata, parent, values.get(..count).unwrap_or_default())
}

fn build(metadata: &'static Metadata<'static>, parent: &Parent, values: &[FieldValue<'_>]) -> Span {
    let values = metadata.fields().value_set_all(values);
    let span = match parent {
        Parent::Current => Span::new(metadata, &values),
        Parent::Root => Span::child_of(None, metadata, &values),
        Parent::Id(parent) => Span::child_of(open_id(parent), metadata, &values),
        Parent::Span(parent) => {
            child_of(parent, |parent| Span::child_of(parent, metadata, &values))
        }
    };
    FirstUse::NewSpan.mark();
    span
}

/// Returns the id, if it is that of an open span: the registry panics at others.
fn open_id(id: &Id) -> Option<Id> {
    let is_open = traces().is_none_or(|traces| traces.is_open(id));
    is_open.then(|| id.clone())
}

/// Opens a child. Ids of another subscriber's spans mean nothing to the current one.
fn child_of(parent: &Span, open: impl FnOnce(Option<Id>) -> Span) -> Span {
    match traces() {
        Some(traces) if !traces.is_of_current_subscriber(parent) => {
            let span = open(None);
            traces.continue_trace(&span, parent);
            span
        }
        _ => open(parent.id()),
    }
}
