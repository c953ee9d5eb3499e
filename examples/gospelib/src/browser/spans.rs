//! Spans of browsers, as spans of the SDK.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::payload::{self, Attribute};

/// The most bytes of a name, and of a value.
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 1024;
/// The most attributes of a span. Further ones are counted.
const MOST_ATTRIBUTES: usize = 32;
/// The longest time of a span, and the most that the clock of a browser is ahead.
const LONGEST: Duration = Duration::from_secs(3600);

/// Returns the span, with its own ids and times. `None` if they are invalid.
pub(super) fn ended(span: &payload::Span) -> Option<SpanData> {
    let trace = TraceId::from_hex(&span.trace_id).ok()?;
    let id = SpanId::from_hex(&span.span_id).ok()?;
    let parent = match span.parent_span_id.as_str() {
        "" => SpanId::INVALID,
        parent if parent.len() == 16 => SpanId::from_hex(parent).ok()?,
        _ => return None,
    };
    let context = SpanContext::new(trace, id, TraceFlags::SAMPLED, false, TraceState::NONE);
    let (start, end) = times(span)?;
    let attributes = span.attributes.iter().take(MOST_ATTRIBUTES);
    let dropped = span.attributes.len().saturating_sub(MOST_ATTRIBUTES);
    let is_valid = context.is_valid() && span.trace_id.len() == 32 && span.span_id.len() == 16;
    is_valid.then(|| SpanData {
        span_context: context,
        parent_span_id: parent,
        parent_span_is_remote: false,
        span_kind: kind(span.kind),
        name: cut(&span.name, LONGEST_NAME).to_owned().into(),
        start_time: start,
        end_time: end,
        attributes: attributes.filter_map(attribute).collect(),
        dropped_attributes_count: u32::try_from(dropped).unwrap_or(u32::MAX),
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: status(&span.status),
        instrumentation_scope: InstrumentationScope::builder(super::SERVICE).build(),
    })
}

/// Returns the start and the end. `None` if the end is before the start, or far from either that or now.
fn times(span: &payload::Span) -> Option<(SystemTime, SystemTime)> {
    let time =
        |at: &payload::Nanoseconds| UNIX_EPOCH.checked_add(Duration::from_nanos(at.value()?));
    let start = time(&span.start_time_unix_nano)?;
    let end = time(&span.end_time_unix_nano)?;
    let took = end.duration_since(start).ok()?;
    let latest = SystemTime::now() + LONGEST;
    (took <= LONGEST && end <= latest).then_some((start, end))
}

fn kind(number: u8) -> SpanKind {
    match number {
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(status: &payload::Status) -> Status {
    match status.code {
        1 => Status::Ok,
        2 => Status::error(cut(&status.message, LONGEST_VALUE).to_owned()),
        _ => Status::Unset,
    }
}

/// Returns an attribute, if its value is a text, a number or a truth.
fn attribute(attribute: &Attribute) -> Option<KeyValue> {
    let (kind, value) = attribute.value.as_object()?.iter().next()?;
    let value: Value = match kind.as_str() {
        "stringValue" => cut(value.as_str()?, LONGEST_VALUE).to_owned().into(),
        "boolValue" => value.as_bool()?.into(),
        "doubleValue" => value.as_f64()?.into(),
        // 64 bits are a text in JSON.
        "intValue" => match value.as_str() {
            Some(text) => text.parse::<i64>().ok()?.into(),
            None => value.as_i64()?.into(),
        },
        _ => return None,
    };
    Some(KeyValue::new(
        cut(&attribute.key, LONGEST_NAME).to_owned(),
        value,
    ))
}

/// Returns the start of a text that has at most this many bytes.
pub(super) fn cut(text: &str, longest: usize) -> &str {
    let mut ends = (0..=longest.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}
