//! Connects stages and metrics to OpenTelemetry's context.
//!
//! `tracing-opentelemetry` makes the context of a span current while the span is entered. So one
//! lookup in the thread is enough, without a lock and without the subscriber.

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use tracing::{Span, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::unsampled;
use crate::Exemplar;
use glyph_core::__runtime::{self, ParentSpanId, SpanParent, Traces};
use glyph_core::metric::CurrentTrace;

/// Connects exemplars and the spans of stages to OpenTelemetry's current span.
///
/// [`Pipeline::start`](crate::trace::Pipeline::start), `Telemetry`,
/// [`propagation::extract`](crate::trace::propagation::extract) and the layers for HTTP and gRPC
/// connect them. Call this in a program that has another pipeline, such as an `SdkTracerProvider`
/// with a layer of `tracing-opentelemetry`. Until then metrics have no exemplars, and stages build
/// spans below spans that are not sampled.
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
        map_current(|context| exemplar(context, None))
    }
}

impl Traces for CurrentContext {
    fn parent_span(&self, names_parent: bool) -> Option<ParentSpanId> {
        map_current(|context| {
            let span = context.span();
            let span = span.span_context();
            let unsampled = span.is_valid() && !span.is_sampled();
            let suppressed = unsampled && !names_parent && !unsampled::are_built();
            (!suppressed).then(|| id(span))
        })
    }

    fn current_span(&self) -> ParentSpanId {
        map_current(|context| id(context.span().span_context()))
    }

    /// As a field of `tracing` the function name would be on every log line. Recording it later
    /// would cost another lookup in the subscriber. So it is set here, where the span is at hand.
    fn exemplar_of(&self, function: &SpanParent) -> Option<Exemplar> {
        // The subscriber may have been removed since the span was opened.
        if LevelFilter::current() == LevelFilter::OFF {
            return None;
        }
        map_current(|context| exemplar(context, Some(function)))
    }

    fn link(&self, span: &Span, to: Exemplar) {
        span.add_link(SpanContext::new(
            TraceId::from(to.trace_id()),
            SpanId::from(to.span_id()),
            TraceFlags::SAMPLED,
            true,
            TraceState::default(),
        ));
    }
}

fn exemplar(context: &Context, function: Option<&SpanParent>) -> Option<Exemplar> {
    let span = context.span();
    let ids = span.span_context();
    if !ids.is_sampled() || !ids.is_valid() {
        return None;
    }
    // If a filter hides the stage's span from OpenTelemetry, the current one is still the one
    // around it.
    if let Some(function) = function
        && function.span != id(ids)
    {
        span.set_attribute(function_name(function));
    }
    let trace = u128::from_be_bytes(ids.trace_id().to_bytes());
    let span = u64::from_be_bytes(ids.span_id().to_bytes());
    Some(Exemplar::new(trace, span))
}

/// OpenTelemetry semantic conventions, "Source code attributes".
fn function_name(SpanParent { callsite, of, .. }: &SpanParent) -> KeyValue {
    let name = callsite.function();
    match of {
        None => KeyValue::new("code.function.name", name),
        Some(of) => KeyValue::new("code.function.name", format!("{}::{name}", of())),
    }
}

fn id(span: &SpanContext) -> ParentSpanId {
    ParentSpanId::new(u64::from_be_bytes(span.span_id().to_bytes()))
}

#[inline(never)]
fn map_current<T>(read: impl FnOnce(&Context) -> T) -> T {
    Context::map_current(read)
}
