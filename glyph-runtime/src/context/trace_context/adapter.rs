//! Connects stages and metrics to OpenTelemetry's context.
//!
//! `tracing-opentelemetry` makes the context of a span current while the span is entered. So one
//! lookup in the thread is enough, without a lock and without the subscriber.

use std::ptr::from_ref;

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use tracing::{Dispatch, Span, dispatcher, level_filters::LevelFilter, span::Id};
use tracing_opentelemetry::{OpenTelemetrySpanExt, get_otel_context};
use tracing_subscriber::{Registry, registry::LookupSpan};

use super::{
    Annotated, exemplar_filter, function_names, kept::kept, stage_recorder,
    unsampled::unsampled_spans_are_built,
};
use crate::{
    Exemplar,
    context::current_context::{read, read_inline},
};
use glyph_core::__runtime::{
    self, Annotate, Below, KeptContext, Parent, ParentSpan, ParentSpanId, SpanCallsite, SpanKey,
    SpanParent, TracedSpan, Traces, TypeName,
};
use glyph_core::metric::CurrentTrace;

/// Connects exemplars and the spans of stages to OpenTelemetry's current span.
///
/// [`Pipeline::start`](crate::trace::Pipeline::start), `Telemetry`,
/// [`propagation::extract`](crate::trace::propagation::extract) and the layers for HTTP and gRPC
/// connect them. Call this in a program that has another pipeline, such as an `SdkTracerProvider`
/// with a layer of `tracing-opentelemetry`. Until then metrics have no exemplars, and stages build
/// spans below spans that are not sampled.
///
/// A thread-local's destructor must not call a stage on a thread whose spans only the program has
/// opened: glyph does not see them, and the registry panics once the thread has dropped its own
/// locals. The layers of glyph's pipelines see all spans.
///
/// Later calls change nothing.
///
/// ```
/// glyph_runtime::trace::connect();
/// ```
#[inline]
pub fn connect() {
    __runtime::connect(&CurrentContext);
}

/// OpenTelemetry's current context. It is the thread's, so nothing is stored here.
#[derive(Debug)]
struct CurrentContext;

impl CurrentTrace for CurrentContext {
    fn exemplar(&self) -> Option<Exemplar> {
        read(|context| exemplar(context, None)).flatten()
    }
}

impl Traces for CurrentContext {
    fn start_below(
        &self,
        recordable: Option<&'static SpanCallsite>,
        below: &mut Below,
    ) -> Option<Box<dyn TracedSpan>> {
        // Without a context the thread is ending: OpenTelemetry would panic at a new span.
        *below = Below::Ending;
        read_inline(|context| start_in(context, recordable, below)).flatten()
    }

    fn current_span(&self) -> ParentSpanId {
        let current = read(|context| id(context.span().span_context()));
        current.unwrap_or(ParentSpanId::NONE)
    }

    fn context(&self) -> Option<Box<dyn KeptContext>> {
        kept()
    }

    /// As a field of `tracing` the function name would be on every log line. Recording it later
    /// would cost another lookup in the subscriber. So it is set here, where the span is at hand.
    fn exemplar_of(&self, function: &SpanParent) -> Option<Exemplar> {
        // The subscriber may have been removed since the span was opened.
        if LevelFilter::current() == LevelFilter::OFF {
            return None;
        }
        read(|context| exemplar(context, Some(function))).flatten()
    }

    fn link(&self, span: &Span, to: Exemplar) {
        span.add_link(remote_of(to));
    }

    fn link_to_span(&self, span: &Span, to: &Span) {
        if is_of_current(to) {
            follow(span, to);
        } else {
            link_to_context(span, to);
        }
    }

    fn annotated(&self, subscriber: &Dispatch, id: &Id) -> Option<Box<dyn Annotate>> {
        if !has_open_span(subscriber, id) {
            return None;
        }
        let context = get_otel_context(id, subscriber)?;
        Some(Box::new(Annotated(context)))
    }

    fn is_open(&self, id: &Id) -> bool {
        is_open(id)
    }

    fn is_of_current_subscriber(&self, span: &Span) -> bool {
        is_of_current(span)
    }

    fn exports_records(&self, callsite: &'static SpanCallsite) -> bool {
        let accepted = stage_recorder::with(|recorder| recorder.accepts(callsite));
        accepted == Some(true) && !unsampled_spans_are_built()
    }

    fn start(
        &self,
        callsite: &'static SpanCallsite,
        parent: &Parent,
    ) -> Option<Box<dyn TracedSpan>> {
        // Before the subscriber is asked for the recorder: it is not the current one meanwhile.
        let named = named_context(parent);
        let started = stage_recorder::with(|recorder| match &named {
            Some(context) => recorder.start(callsite, context),
            None => read(|current| recorder.start(callsite, current)).flatten(),
        });
        started.flatten()
    }

    fn key_of(&self, parent: &Parent) -> Option<SpanKey> {
        let key = |registry: Option<usize>, id: &Id| {
            let registry = registry?;
            let id = id.into_u64();
            Some(SpanKey { registry, id })
        };
        match parent {
            Parent::Id(id) if is_open(id) => key(dispatcher::get_default(registry), id),
            Parent::Current | Parent::Root | Parent::Id(_) => None,
            Parent::Span(span) => {
                span.with_subscriber(|(id, dispatch)| key(registry(dispatch), id))?
            }
        }
    }

    fn continue_trace(&self, span: &Span, parent: &Span) {
        let context = parent.context();
        if context.has_active_span() {
            let _is_new = span.set_parent(context);
        }
    }
}

/// Returns the context of a parent that a callsite names, as `tracing-opentelemetry` does.
fn named_context(parent: &Parent) -> Option<Context> {
    match parent {
        Parent::Current => None,
        Parent::Root => Some(Context::new()),
        Parent::Id(id) => Some(open_context(id).unwrap_or_default()),
        Parent::Span(span) => Some(span.context()),
    }
}

/// Returns the context of an open span of the current subscriber. The registry panics at other ids.
pub(super) fn open_context(id: &Id) -> Option<Context> {
    let context = || dispatcher::get_default(|dispatch| get_otel_context(id, dispatch));
    is_open(id).then(context).flatten()
}

#[inline]
fn start_in(
    context: &Context,
    recordable: Option<&'static SpanCallsite>,
    below: &mut Below,
) -> Option<Box<dyn TracedSpan>> {
    let span = context.span();
    let span = span.span_context();
    let builds_unsampled = unsampled_spans_are_built();
    if let Some(callsite) = recordable
        && span.is_sampled()
        && span.is_valid()
        && !builds_unsampled
    {
        let started = stage_recorder::with(|recorder| recorder.start_accepted(callsite, context));
        if let Some(started) = started.flatten() {
            return Some(started);
        }
    }
    let is_unsampled = span.is_valid() && !span.is_sampled();
    *below = Below::Span(ParentSpan {
        id: id(span),
        is_unsampled: is_unsampled && !builds_unsampled,
    });
    None
}

/// A span that follows from itself would be locked twice.
fn follow(span: &Span, other: &Span) {
    if other.id().is_some() && other.id() != span.id() {
        span.follows_from(other);
    }
}

fn exemplar(context: &Context, function: Option<&SpanParent>) -> Option<Exemplar> {
    let span = context.span();
    let ids = span.span_context();
    if !ids.is_valid() {
        return None;
    }
    // If a filter hides the stage's span from OpenTelemetry, the current one is still the one
    // around it.
    if ids.is_sampled()
        && let Some(function) = function
        && function_names::are_wanted()
        && function.span != id(ids)
    {
        span.set_attribute(function_name(function.callsite, function.of));
    }
    exemplar_filter::keeps(ids.is_sampled()).then(|| exemplar_of(ids))
}

/// Returns the ids of a span.
pub(super) fn exemplar_of(ids: &SpanContext) -> Exemplar {
    let trace = u128::from_be_bytes(ids.trace_id().to_bytes());
    let span = u64::from_be_bytes(ids.span_id().to_bytes());
    Exemplar::new(trace, span)
}

/// Returns the exemplar of observations in a span, if they are to have one.
pub(crate) fn kept_exemplar(trace: TraceId, span: SpanId, flags: TraceFlags) -> Option<Exemplar> {
    exemplar_filter::keeps(flags.is_sampled()).then(|| {
        let trace = u128::from_be_bytes(trace.to_bytes());
        Exemplar::new(trace, u64::from_be_bytes(span.to_bytes()))
    })
}

/// Returns the context of a sampled span of another process.
pub(super) fn remote_of(exemplar: Exemplar) -> SpanContext {
    SpanContext::new(
        TraceId::from(exemplar.trace_id()),
        SpanId::from(exemplar.span_id()),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    )
}

/// OpenTelemetry semantic conventions, "Source code attributes".
pub(crate) fn function_name(callsite: &'static SpanCallsite, of: Option<TypeName>) -> KeyValue {
    let name = callsite.function();
    match of {
        None => KeyValue::new("code.function.name", name),
        Some(of) => KeyValue::new("code.function.name", format!("{}::{name}", of())),
    }
}

fn id(span: &SpanContext) -> ParentSpanId {
    ParentSpanId::new(u64::from_be_bytes(span.span_id().to_bytes()))
}

/// Returns the address of the registry of a subscriber, which tells subscribers apart.
fn registry(dispatch: &Dispatch) -> Option<usize> {
    let registry: &Registry = dispatch.downcast_ref()?;
    Some(from_ref(registry).addr())
}

/// Whether the current subscriber has an open span with this id.
fn is_open(id: &Id) -> bool {
    dispatcher::get_default(|dispatch| has_open_span(dispatch, id))
}

fn has_open_span(dispatch: &Dispatch, id: &Id) -> bool {
    let registry = dispatch.downcast_ref::<Registry>();
    // Another kind of subscriber knows its spans itself.
    registry.is_none_or(|registry| registry.span_data(id).is_some())
}

fn is_of_current(span: &Span) -> bool {
    let of = span.with_subscriber(|(_, dispatch)| registry(dispatch));
    of.is_none_or(|of| of == dispatcher::get_default(registry))
}

fn link_to_context(span: &Span, to: &Span) {
    let context = to.context();
    span.add_link(context.span().span_context().clone());
}
