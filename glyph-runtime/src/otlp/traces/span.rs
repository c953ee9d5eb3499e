//! The fields of a span (OpenTelemetry Protocol, "trace.proto").

use glyph_core::__runtime::{RecordedValue, prefix};
use opentelemetry::{
    Array, KeyValue, SpanId, TraceFlags, TraceId, Value,
    trace::{SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_proto::tonic::trace::v1::{
    SpanFlags, span::SpanKind as EncodedKind, status::StatusCode,
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::message::Message;
use crate::otlp::{encoded::unix_nanos, unique};

/// The field of the attributes of a span.
pub(crate) const ATTRIBUTES: u32 = 9;

/// Adds the fields of a span of the SDK.
pub(crate) fn span_data(message: &mut Message, span: &SpanData) {
    let ids = Ids::from(&span.span_context);
    let times = [span.start_time, span.end_time].map(unix_nanos);
    identity(message, ids, span.parent_span_is_remote, times);
    parent(message, span.parent_span_id);
    let last_values = unique::last_values(&span.attributes);
    attributes(message, ATTRIBUTES, &last_values, None);
    message.number(10, span.dropped_attributes_count);
    events(message, &span.events, None);
    links(message, &span.links, None);
    description(message, &span.name, &span.span_kind, &span.status);
}

/// The ids of a span, and what its trace context has with them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids<'s> {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    pub(crate) flags: TraceFlags,
    /// The trace state, if there is one.
    pub(crate) state: Option<&'s TraceState>,
}

impl<'s> From<&'s SpanContext> for Ids<'s> {
    fn from(context: &'s SpanContext) -> Self {
        let state = context.trace_state();
        Self {
            trace: context.trace_id(),
            span: context.span_id(),
            flags: context.trace_flags(),
            state: (*state != TraceState::NONE).then_some(state),
        }
    }
}

/// Adds the ids of a span, the trace state and the flags, and the times of the start and of the end, in
/// nanoseconds since 1970.
#[inline]
pub(crate) fn identity(message: &mut Message, ids: Ids<'_>, remote: bool, [start, end]: [u64; 2]) {
    message.block::<52>(|block| {
        block.bytes(1, ids.trace.to_bytes());
        block.bytes(2, ids.span.to_bytes());
        block.fixed64(7, start);
        block.fixed64(8, end);
        block.fixed32(16, flags(ids, remote));
    });
    state(message, ids);
}

/// Adds the id of the parent, if there is one.
#[inline]
pub(crate) fn parent(message: &mut Message, parent: SpanId) {
    if parent != SpanId::INVALID {
        message.block::<10>(|block| block.bytes(4, parent.to_bytes()));
    }
}

#[inline]
fn state(message: &mut Message, ids: Ids<'_>) {
    if let Some(state) = ids.state {
        message.text(3, &state.header());
    }
}

fn flags(span: Ids<'_>, is_remote: bool) -> u32 {
    let remote = if is_remote {
        SpanFlags::ContextIsRemoteMask as u32
    } else {
        0
    };
    let flags = u32::from(span.flags.to_u8());
    flags | SpanFlags::ContextHasIsRemoteMask as u32 | remote
}

/// Adds the name, the kind and the status.
#[inline]
pub(crate) fn description(message: &mut Message, name: &str, kind: &SpanKind, status: &Status) {
    message.text(5, name);
    let kind = match kind {
        SpanKind::Internal => EncodedKind::Internal,
        SpanKind::Server => EncodedKind::Server,
        SpanKind::Client => EncodedKind::Client,
        SpanKind::Producer => EncodedKind::Producer,
        SpanKind::Consumer => EncodedKind::Consumer,
    };
    let [kind, ..] = (kind as u32).to_le_bytes();
    message.block::<2>(|block| block.small(6, kind));
    match status {
        Status::Unset => message.block::<2>(|block| block.bytes(15, [])),
        Status::Ok => message.message(15, |message| message.number(3, StatusCode::Ok as u32)),
        Status::Error { description } => message.message(15, |message| {
            message.text(2, description);
            message.number(3, StatusCode::Error as u32);
        }),
    }
}

/// Adds events. Texts of their attributes are cut after `limit` bytes.
pub(crate) fn events(message: &mut Message, events: &SpanEvents, limit: Option<usize>) {
    for event in &events.events {
        message.message(11, |message| {
            message.fixed64(1, unix_nanos(event.timestamp));
            message.text(2, &event.name);
            attributes(message, 3, &unique::last_values(&event.attributes), limit);
            message.number(4, event.dropped_attributes_count);
        });
    }
    message.number(12, events.dropped_count);
}

/// Adds links. Texts of their attributes are cut after `limit` bytes.
pub(crate) fn links(message: &mut Message, links: &SpanLinks, limit: Option<usize>) {
    for link in &links.links {
        message.message(13, |message| {
            let to = Ids::from(&link.span_context);
            message.block::<28>(|block| {
                block.bytes(1, to.trace.to_bytes());
                block.bytes(2, to.span.to_bytes());
            });
            state(message, to);
            attributes(message, 4, &link.attributes, limit);
            message.number(5, link.dropped_attributes_count);
            message.fixed32(6, flags(to, link.span_context.is_remote()));
        });
    }
    message.number(14, links.dropped_count);
}

/// Adds attributes. Texts are cut after `limit` bytes.
pub(crate) fn attributes(
    message: &mut Message,
    field: u32,
    attributes: &[KeyValue],
    limit: Option<usize>,
) {
    for KeyValue { key, value, .. } in attributes {
        match (value, one_value(value, limit)) {
            (_, Some(value)) => message.attribute(field, key.as_str(), value),
            (value, None) => message.message(field, |message| {
                message.bytes(1, key.as_str().as_bytes());
                message.message(2, |message| array(message, value, limit));
            }),
        }
    }
}

/// Returns a value that is not an array.
fn one_value(value: &Value, limit: Option<usize>) -> Option<RecordedValue<'_>> {
    Some(match value {
        Value::Bool(value) => RecordedValue::Bool(*value),
        Value::I64(value) => RecordedValue::I64(*value),
        Value::F64(value) => RecordedValue::F64(*value),
        Value::String(text) => RecordedValue::Str(cut(text.as_str(), limit)),
        _ => return None,
    })
}

/// Adds the field of an `AnyValue` that is an array.
fn array(message: &mut Message, value: &Value, limit: Option<usize>) {
    let Value::Array(array) = value else {
        return;
    };
    let items: Box<dyn Iterator<Item = RecordedValue<'_>>> = match array {
        Array::Bool(items) => Box::new(items.iter().map(|item| RecordedValue::Bool(*item))),
        Array::I64(items) => Box::new(items.iter().map(|item| RecordedValue::I64(*item))),
        Array::F64(items) => Box::new(items.iter().map(|item| RecordedValue::F64(*item))),
        Array::String(items) => {
            let texts = items.iter().map(|item| cut(item.as_str(), limit));
            Box::new(texts.map(RecordedValue::Str))
        }
        // The API may get other types.
        _ => return,
    };
    message.message(5, |message| {
        for item in items {
            message.message(1, |message| message.any_value(item));
        }
    });
}

/// Cuts a text after so many bytes.
pub(crate) fn cut(text: &str, limit: Option<usize>) -> &str {
    limit.map_or(text, |limit| prefix(text, limit))
}
