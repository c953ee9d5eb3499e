//! Redaction of ended spans.

use opentelemetry::{KeyValue, trace::Status};
use opentelemetry_sdk::trace::SpanData;

use super::size;
use crate::redaction::{REDACTED, Redaction};

/// The suffix of `tracing-opentelemetry` for the causes of an error in a field.
const CHAIN: &str = ".chain";
/// Attributes to which it copies such an error, whatever the field is called.
const COPIES: [&str; 2] = ["exception.message", "exception.stacktrace"];
/// The field of log lines with the text of an error, which a span has as `exception.message` and as its
/// status. A list with `error` covers it too.
const ERROR: &str = "error.message";
/// The field whose value becomes the status.
const STATUS: &str = "otel.status_description";
/// The field whose value becomes the name of the event.
const MESSAGE: &str = "message";

/// Redacts a span, and cuts its string attributes to a limit in bytes. Pass no `redaction` if it changes
/// nothing of the span.
pub(super) fn redact(
    span: &mut SpanData,
    redaction: Option<&Redaction>,
    value_length: Option<usize>,
) {
    if let Some(redaction) = redaction {
        replace_all(span, redaction);
    }
    if let Some(limit) = value_length {
        size::cut(span, limit);
    }
}

/// Whether redaction leaves the value of an attribute with this name as it is.
pub(super) fn shows(name: &str, redaction: &Redaction) -> bool {
    let of_chain = name.strip_suffix(CHAIN);
    !redaction.covers(name) && !of_chain.is_some_and(|name| redaction.covers(name))
}

/// Whether the list covers texts that are in the status, in the names of events, or in attributes with
/// other names.
pub(super) fn covers_texts(redaction: &Redaction) -> bool {
    [ERROR, STATUS, MESSAGE]
        .into_iter()
        .any(|name| redaction.covers(name))
}

/// Replaces values whose names are on the list, in the span, its events and its links.
fn replace_all(span: &mut SpanData, redaction: &Redaction) {
    let mut copied = false;
    for attributes in attributes(span) {
        for attribute in attributes {
            copied |= replace(attribute, redaction);
        }
    }
    let errors = redaction.covers(ERROR);
    copied |= errors;
    if let Status::Error { description } = &mut span.status
        && !description.is_empty()
        && (errors || redaction.covers(STATUS))
    {
        *description = REDACTED.into();
    }
    if copied {
        for attribute in attributes(span).flatten() {
            if COPIES.contains(&attribute.key.as_str()) {
                attribute.value = REDACTED.into();
            }
        }
    }
    if redaction.covers(MESSAGE) {
        for event in &mut span.events.events {
            event.name = REDACTED.into();
        }
    }
}

fn attributes(span: &mut SpanData) -> impl Iterator<Item = &mut Vec<KeyValue>> {
    let events = span.events.events.iter_mut();
    let links = span.links.links.iter_mut();
    std::iter::once(&mut span.attributes)
        .chain(events.map(|event| &mut event.attributes))
        .chain(links.map(|link| &mut link.attributes))
}

/// Redacts a value, and returns whether it was an error that has copies.
fn replace(attribute: &mut KeyValue, redaction: &Redaction) -> bool {
    let name = attribute.key.as_str();
    let of_chain = name.strip_suffix(CHAIN);
    let causes = of_chain.is_some_and(|name| redaction.covers(name));
    if causes || redaction.covers(name) {
        attribute.value = REDACTED.into();
    }
    causes
}
