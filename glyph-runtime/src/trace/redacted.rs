//! Takes from an ended span what is not to leave the process.

use opentelemetry::{KeyValue, trace::Status};
use opentelemetry_sdk::trace::SpanData;

use crate::redaction::{REDACTED, Redaction};

/// What `tracing-opentelemetry` appends to a field's name for the causes of the error in it.
const CHAIN: &str = ".chain";
/// Where it copies such an error, under whichever name it was recorded.
const COPIES: [&str; 2] = ["exception.message", "exception.stacktrace"];
/// The field whose value becomes `exception.message` and the status, where the event has no message.
const ERROR: &str = "error";
/// The field whose value becomes the name of an event.
const MESSAGE: &str = "message";

/// Replaces the values whose names are on the list: the span's, its events' and its links'.
pub(super) fn redact(span: &mut SpanData, redaction: &Redaction) {
    let mut copied = false;
    for attributes in attributes(span) {
        for attribute in attributes {
            copied |= replace(attribute, redaction);
        }
    }
    if redaction.covers(ERROR) {
        copied = true;
        if let Status::Error { description } = &mut span.status
            && !description.is_empty()
        {
            *description = REDACTED.into();
        }
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

/// Whether it was an error, of which there are copies.
fn replace(attribute: &mut KeyValue, redaction: &Redaction) -> bool {
    let name = attribute.key.as_str();
    let of_chain = name.strip_suffix(CHAIN);
    let causes = of_chain.is_some_and(|name| redaction.covers(name));
    if causes || redaction.covers(name) {
        attribute.value = REDACTED.into();
    }
    causes
}
