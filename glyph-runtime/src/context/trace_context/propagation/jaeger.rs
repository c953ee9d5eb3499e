//! The header of Jaeger's clients ("Propagation Format"): `uber-trace-id`.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use super::{Extract, Text, carrier::only_text, ids};

pub(super) const HEADER: &str = "uber-trace-id";
/// The longest value: two ids, a parent and flags, with encoded colons.
const LONGEST: usize = 128;

/// Bits of the flags. A trace that is debugged is sampled.
const SAMPLED: u128 = 1;
const DEBUG: u128 = 2;

/// `{trace id}:{span id}:{parent span id}:{flags}`. Ids may lack leading zeros, and the parent is
/// deprecated.
pub(super) fn extract<C: Extract + ?Sized>(carrier: &C) -> Option<SpanContext> {
    let header = only_text(carrier, HEADER)?;
    let header =
        (header.len() <= LONGEST).then(|| header.replace("%3A", ":").replace("%3a", ":"))?;
    let mut parts = header.split(':');
    let [trace, span, _parent, flags] = [(); 4].map(|()| parts.next());
    if parts.next().is_some() {
        return None;
    }
    let trace = TraceId::from(ids::up_to(trace?, 32)?);
    let span = SpanId::from(u64::try_from(ids::up_to(span?, 16)?).ok()?);
    let is_sampled = ids::up_to(flags?, 2)? & (SAMPLED | DEBUG) != 0;
    let flags = TraceFlags::default().with_sampled(is_sampled);
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}

/// Returns the header of a span. An empty text removes it.
pub(super) fn header(span: &SpanContext) -> Text {
    let flags = ids::sampled(span);
    let text = ids::of(span).map(|ids| format!("{}:{}:0:{flags}", ids.trace(), ids.span()));
    (HEADER, text.unwrap_or_default())
}
