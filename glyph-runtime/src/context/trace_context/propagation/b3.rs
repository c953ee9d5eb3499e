//! The headers of Zipkin ("B3 Propagation"): one header `b3`, or one for each value.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use super::{Extract, Text, carrier::only_text, ids};

const SINGLE: &str = "b3";
const TRACE_ID: &str = "x-b3-traceid";
const SPAN_ID: &str = "x-b3-spanid";
const SAMPLED: &str = "x-b3-sampled";
const FLAGS: &str = "x-b3-flags";
const PARENT: &str = "x-b3-parentspanid";

/// The headers that are written or removed, in one and in several.
pub(super) const FIELDS: [&[&str]; 2] = [&[SINGLE], &[TRACE_ID, SPAN_ID, SAMPLED, FLAGS, PARENT]];

/// Reads both forms. The single header takes precedence.
pub(super) fn extract<C: Extract + ?Sized>(carrier: &C) -> Option<SpanContext> {
    single(only_text(carrier, SINGLE)?).or_else(|| several(carrier))
}

/// `{trace id}-{span id}`, and then `-{sampled}` and `-{parent span id}` if the caller sends them.
fn single(header: &str) -> Option<SpanContext> {
    let mut parts = header.split('-');
    let (trace, span) = (parts.next()?, parts.next()?);
    let sampled = parts.next().unwrap_or_default();
    let mut parents = parts.by_ref().take(1);
    let is_valid = parents.all(|parent| ids::hex(parent, &[16]).is_some());
    context(trace, span, sampled).filter(|_| is_valid && parts.next().is_none())
}

fn several<C: Extract + ?Sized>(carrier: &C) -> Option<SpanContext> {
    let [trace, span, sampled, flags] =
        [TRACE_ID, SPAN_ID, SAMPLED, FLAGS].map(|name| only_text(carrier, name));
    let sampled = if flags? == "1" { "d" } else { sampled? };
    context(trace?, span?, sampled)
}

/// A trace id has 32 digits, or 16. Without a sampling state the trace is not sampled, as in the
/// SDKs of OpenTelemetry.
fn context(trace: &str, span: &str, sampled: &str) -> Option<SpanContext> {
    let trace = ids::hex(trace, &[32, 16])?;
    let span = u64::try_from(ids::hex(span, &[16])?).ok()?;
    let flags = match sampled {
        "1" | "d" | "true" => TraceFlags::SAMPLED,
        "0" | "" | "false" => TraceFlags::default(),
        _ => return None,
    };
    let (trace, span) = (TraceId::from(trace), SpanId::from(span));
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}

/// Returns the one header of a span. Empty texts remove it.
pub(super) fn in_one(span: &SpanContext) -> [Text; 1] {
    let text =
        ids::of(span).map(|ids| format!("{}-{}-{}", ids.trace(), ids.span(), ids::sampled(span)));
    [(SINGLE, text.unwrap_or_default())]
}

/// Returns the headers of a span. Those of the request that led to it are removed.
pub(super) fn in_several(span: &SpanContext) -> [Text; 5] {
    let text = |text: &dyn Fn(&ids::Ids) -> String| ids::of(span).as_ref().map(text);
    [
        (TRACE_ID, text(&|ids| ids.trace().to_owned())),
        (SPAN_ID, text(&|ids| ids.span().to_owned())),
        (SAMPLED, text(&|_| ids::sampled(span).to_owned())),
        (FLAGS, None),
        (PARENT, None),
    ]
    .map(|(name, text)| (name, text.unwrap_or_default()))
}
