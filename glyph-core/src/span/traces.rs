//! The seam to traces. A runtime fills it.

use std::{fmt::Debug, sync::OnceLock};

use tracing::{Dispatch, Span, span::Id};

use super::{Annotate, Parent, SpanCallsite, SpanKey, TracedSpan, TypeName};
use crate::{
    Exemplar,
    metric::{CurrentTrace, connect_current_trace},
};

/// The current trace, and the decision whether to build a span. A runtime implements it.
#[doc(hidden)]
pub trait Traces: CurrentTrace {
    /// Sets `below` to the current span, in which a new one is opened. If that is sampled, and a call from
    /// `recordable` is exported as a record, returns the span of the record in its place.
    ///
    /// The span is returned by itself, since that is in registers.
    fn start_below(
        &self,
        recordable: Option<&'static SpanCallsite>,
        below: &mut Below,
    ) -> Option<Box<dyn TracedSpan>>;

    /// Returns the current span. [`ParentSpanId::NONE`] outside of any.
    fn current_span(&self) -> ParentSpanId;

    /// Returns the current context of the trace. `None` if the thread is ending.
    fn context(&self) -> Option<Box<dyn KeptContext>>;

    /// Returns the current span if it is sampled, as [`CurrentTrace::exemplar`] does.
    ///
    /// Sets the function name on the current span first, unless that is still the span around the
    /// function.
    fn exemplar_of(&self, function: &SpanParent) -> Option<Exemplar>;

    /// Links `span` to a sampled span of another trace or process.
    fn link(&self, span: &Span, to: Exemplar);

    /// Links `span` to a span of any subscriber.
    fn link_to_span(&self, span: &Span, to: &Span);

    /// Returns an open span of a subscriber for code that adds to it. `None` if the subscriber exports
    /// no spans.
    fn annotated(&self, subscriber: &Dispatch, id: &Id) -> Option<Box<dyn Annotate>>;

    /// Whether the current subscriber has an open span with this id.
    fn is_open(&self, id: &Id) -> bool;

    /// Whether the subscriber of `span` is the current one.
    fn is_of_current_subscriber(&self, span: &Span) -> bool;

    /// Whether the current subscriber exports a record in place of a span at `callsite`.
    fn exports_records(&self, callsite: &'static SpanCallsite) -> bool;

    /// Starts a span below `parent` that a record is exported as. `None` if it belongs to no trace.
    fn start(
        &self,
        callsite: &'static SpanCallsite,
        parent: &Parent,
    ) -> Option<Box<dyn TracedSpan>>;

    /// Returns the span of `tracing`'s that a callsite names as parent. `None` if it names none, or
    /// one that is not open.
    fn key_of(&self, parent: &Parent) -> Option<SpanKey>;

    /// Makes `parent`, a span of another subscriber, the parent of `span` in its trace.
    fn continue_trace(&self, span: &Span, parent: &Span);
}

/// A context that a call keeps, since it may continue on another thread or in another task.
#[doc(hidden)]
pub trait KeptContext: Debug + Send + Sync {
    /// Makes it current on this thread. Returns whether it is to be left with
    /// [`leave`](Self::leave).
    fn enter(&self) -> bool;

    /// Leaves the context that this thread has entered last.
    fn leave(&self);
}

/// The current span, in which nothing was started.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Below {
    /// The current span.
    Span(ParentSpan),
    /// The thread is ending: no span is opened.
    Ending,
}

/// The span that another one is opened in.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ParentSpan {
    /// Its id. [`ParentSpanId::NONE`] outside of any span.
    pub id: ParentSpanId,
    /// Whether it is not sampled, so that its children are exported nowhere.
    pub is_unsampled: bool,
}

/// The id of the span that another one is opened in.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentSpanId(u64);

impl ParentSpanId {
    /// No span.
    pub const NONE: Self = Self(0);

    /// Returns the parent with this id. Zero is [`NONE`](Self::NONE).
    #[inline]
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }
}

/// The function that opened a span, and the span around it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct SpanParent {
    /// The callsite in the function.
    pub callsite: &'static SpanCallsite,
    /// The type of a method.
    pub of: Option<TypeName>,
    /// The span that was current when the function was entered.
    pub span: ParentSpanId,
}

static TRACES: OnceLock<&'static dyn Traces> = OnceLock::new();

/// Connects spans and exemplars to `traces`. Later calls change nothing.
#[doc(hidden)]
#[inline]
pub fn connect(traces: &'static dyn Traces) {
    if TRACES.get().is_none() {
        connect_first(traces);
    }
}

#[cold]
fn connect_first(traces: &'static dyn Traces) {
    // Another thread may have been first. There is one runtime, so both connect the same.
    let _already = TRACES.set(traces);
    connect_current_trace(traces);
}

/// Returns the connected traces.
#[inline]
pub(super) fn traces() -> Option<&'static dyn Traces> {
    TRACES.get().copied()
}

/// Returns the current span. `None` without connected traces, and if the thread is ending.
pub(super) fn parent_span() -> Option<ParentSpan> {
    let mut below = Below::Ending;
    let _nothing_is_started = traces()?.start_below(None, &mut below);
    match below {
        Below::Span(parent) => Some(parent),
        Below::Ending => None,
    }
}

/// See [`Traces::current_span`].
#[inline]
pub(super) fn current_span() -> ParentSpanId {
    traces().map_or(ParentSpanId::NONE, Traces::current_span)
}

/// See [`Traces::context`].
pub(super) fn context() -> Option<Box<dyn KeptContext>> {
    traces()?.context()
}

/// See [`Traces::exemplar_of`].
#[inline]
pub(super) fn exemplar_of(function: &SpanParent) -> Option<Exemplar> {
    traces()?.exemplar_of(function)
}
