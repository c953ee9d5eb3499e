//! The approximate size of a span, and the limit of its strings.

use glyph_core::__runtime::prefix;
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// Returns the approximate size of a span in bytes, with everything it owns.
pub(crate) fn of_span(span: &SpanData) -> usize {
    size_of::<SpanData>()
        + span.name.len()
        + of_attributes(&span.attributes)
        + of_events(&span.events)
        + of_links(&span.links)
}

pub(super) fn of_events(events: &SpanEvents) -> usize {
    let sizes = events
        .iter()
        .map(|event| size_of_val(event) + event.name.len() + of_attributes(&event.attributes));
    sizes.sum()
}

pub(super) fn of_links(links: &SpanLinks) -> usize {
    let sizes = links
        .iter()
        .map(|link| size_of_val(link) + of_attributes(&link.attributes));
    sizes.sum()
}

pub(super) fn of_attributes(attributes: &[KeyValue]) -> usize {
    attributes.iter().map(of_attribute).sum()
}

fn of_attribute(attribute: &KeyValue) -> usize {
    size_of::<KeyValue>() + attribute.key.as_str().len() + of_value(&attribute.value)
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::Bool(items)) => items.len(),
        Value::Array(Array::I64(items)) => size_of_val(items.as_slice()),
        Value::Array(Array::F64(items)) => size_of_val(items.as_slice()),
        Value::Array(Array::String(items)) => items
            .iter()
            .map(|item| size_of_val(item) + item.as_str().len())
            .sum(),
        _ => 0,
    }
}

/// Cuts string attributes of a span, its events and its links to `limit` bytes.
pub(crate) fn cut(span: &mut SpanData, limit: usize) {
    let events = span
        .events
        .events
        .iter_mut()
        .flat_map(|event| &mut event.attributes);
    let links = span
        .links
        .links
        .iter_mut()
        .flat_map(|link| &mut link.attributes);
    for attribute in span.attributes.iter_mut().chain(events).chain(links) {
        cut_value(&mut attribute.value, limit);
    }
}

fn cut_value(value: &mut Value, limit: usize) {
    match value {
        Value::String(text) if text.as_str().len() > limit => {
            *text = prefix(text.as_str(), limit).to_owned().into();
        }
        Value::Array(Array::String(items)) => {
            for item in items.iter_mut().filter(|item| item.as_str().len() > limit) {
                *item = prefix(item.as_str(), limit).to_owned().into();
            }
        }
        _ => {}
    }
}
