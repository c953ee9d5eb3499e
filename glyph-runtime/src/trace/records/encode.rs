//! From an ended call to a span of an OTLP request.
//!
//! The span has the fields that [`Conversion::span_data`] would give it. A span is converted first if
//! that takes more than copies of its values: if a value is redacted, or an attribute has two values.

use glyph_core::__runtime::{RecordedValue, SourceCrate, SpanCallsite};
use opentelemetry::KeyValue;

use super::{
    buffer::EndedSpan,
    context_span::Additions,
    convert::{Conversion, Described, ended_by_code, source},
    ended::{EndedPart, EndedSpans},
    field_names::FieldNames,
};
use crate::{
    otlp::traces::{self, ATTRIBUTES, Message, SpanRequest, cut},
    trace::redacted,
};

/// What an exporter keeps from one request to the next.
#[derive(Debug, Default)]
pub(crate) struct EncoderMemory {
    names: FieldNames,
    /// The names of the attributes of one span.
    seen: Vec<&'static str>,
}

impl EndedPart {
    /// Adds the calls to a request.
    pub(in crate::trace) fn encode(&self, request: &mut SpanRequest, memory: &mut EncoderMemory) {
        let ended = &*self.ended;
        let mut encoder = Encoder {
            ended,
            scopes: Vec::new(),
            last: None,
            memory,
        };
        for span in self.spans() {
            encoder.add(span, request);
        }
    }
}

/// Encodes the calls of a buffer.
struct Encoder<'e> {
    ended: &'e EndedSpans,
    /// The numbers that the scopes of crates have in the request.
    scopes: Vec<(SourceCrate, usize)>,
    /// The scope of the last call.
    last: Option<(&'static SpanCallsite, usize)>,
    memory: &'e mut EncoderMemory,
}

impl Encoder<'_> {
    fn add(&mut self, span: &EndedSpan, request: &mut SpanRequest) {
        let scope = self.scope(span, request);
        let is_added = request.add_if(scope, |message| self.encode(span, message).is_some());
        if !is_added {
            request.add(&self.ended.span_data(span, &mut self.memory.names));
        }
    }

    fn scope(&mut self, span: &EndedSpan, request: &mut SpanRequest) -> usize {
        if let Some((callsite, scope)) = self.last
            && std::ptr::eq(callsite, span.callsite)
        {
            return scope;
        }
        let scope = self.scope_of(source(span.callsite), request);
        self.last = Some((span.callsite, scope));
        scope
    }

    fn scope_of(&mut self, source: SourceCrate, request: &mut SpanRequest) -> usize {
        let known = self.scopes.iter().find(|(known, _)| *known == source);
        if let Some((_, scope)) = known {
            return *scope;
        }
        let scope = request.scope(&self.ended.conversion.scope(source));
        self.scopes.push((source, scope));
        scope
    }

    /// Adds the fields of a span. Returns `None` if the span has to be converted instead.
    fn encode(&mut self, span: &EndedSpan, message: &mut Message) -> Option<()> {
        let conversion = &*self.ended.conversion;
        if conversion.redacts_texts {
            return None;
        }
        let mut described = Described::new(span);
        let mut dropped = self.attributes(span, message, &mut described)?;
        if let Some(additions) = span.additions.as_deref() {
            described.take_additions(additions);
            dropped = dropped.saturating_add(additions.dropped_attributes);
            shown(additions, conversion)?;
            let limit = conversion.limits.attribute_value_length;
            traces::events(message, &additions.events, limit);
            traces::links(message, &additions.links, limit);
        }
        message.number(10, dropped);
        let ids = span.ids.to_encode();
        let start = span.start;
        let end = ended_by_code(span).map(traces::unix_nanos);
        let end = end.unwrap_or_else(|| start.saturating_add(span.nanoseconds));
        traces::identity(message, ids, span.parent_is_remote, [start, end]);
        traces::parent(message, span.parent);
        let Described { name, kind, status } = &described;
        traces::description(message, name, kind, status);
        Some(())
    }

    /// Adds the attributes of a span, and returns the number of those beyond the limit.
    fn attributes(
        &mut self,
        span: &EndedSpan,
        message: &mut Message,
        described: &mut Described,
    ) -> Option<u32> {
        let EndedSpans {
            conversion, buffer, ..
        } = self.ended;
        let EncoderMemory { names, seen } = &mut *self.memory;
        if conversion.is_plain(span, &buffer.values, names) {
            for (name, value) in buffer.values.of(&span.values) {
                message.attribute(ATTRIBUTES, name, value);
            }
            return Some(0);
        }
        let mut attributes = Attributes::new(conversion, message, seen);
        conversion.each_attribute(span, &buffer.values, |name, value| {
            let known = names.of(name, &conversion.redaction);
            if known.is_shown {
                attributes.add(name, known.bit, value);
            } else if !described.takes(name, value) {
                attributes.is_plain = false;
            }
        });
        if let Some(additions) = span.additions.as_deref() {
            attributes.add_all(&additions.attributes);
        }
        attributes.is_plain.then_some(attributes.dropped)
    }
}

/// The attributes of a span, while they are added.
struct Attributes<'a> {
    conversion: &'a Conversion,
    message: &'a mut Message,
    names: &'a mut Vec<&'static str>,
    /// The bits of the names.
    bits: u64,
    /// How many more attributes the span may have.
    room: u32,
    dropped: u32,
    /// Whether no value is redacted, and no name there twice.
    is_plain: bool,
}

impl<'a> Attributes<'a> {
    fn new(
        conversion: &'a Conversion,
        message: &'a mut Message,
        names: &'a mut Vec<&'static str>,
    ) -> Self {
        names.clear();
        Self {
            conversion,
            message,
            names,
            bits: 0,
            room: conversion.limits.attributes,
            dropped: 0,
            is_plain: true,
        }
    }

    /// Adds an attribute, whose name has this bit, if it is within the limit.
    fn add(&mut self, name: &'static str, bit: u64, value: RecordedValue<'_>) {
        if !self.has_room() {
            return;
        }
        let may_repeat = self.bits & bit != 0;
        if may_repeat && self.names.contains(&name) {
            self.is_plain = false;
        }
        self.bits |= bit;
        self.names.push(name);
        match value {
            RecordedValue::Str(text) | RecordedValue::Static(text) => self.add_text(name, text),
            // A text, since OTLP has no unsigned integers.
            RecordedValue::U64(number) if i64::try_from(number).is_err() => {
                self.add_text(name, &number.to_string());
            }
            other => self.message.attribute(ATTRIBUTES, name, other),
        }
    }

    fn add_text(&mut self, name: &'static str, text: &str) {
        let text = RecordedValue::Str(cut(text, self.limit()));
        self.message.attribute(ATTRIBUTES, name, text);
    }

    /// Adds the attributes that code has set.
    fn add_all(&mut self, all: &[KeyValue]) {
        for (index, attribute) in all.iter().enumerate() {
            if !self.has_room() {
                continue;
            }
            let name = attribute.key.as_str();
            let mut before = all.iter().take(index);
            self.is_plain &= !self.names.contains(&name)
                && !before.any(|before| before.key == attribute.key)
                && redacted::shows(name, &self.conversion.redaction);
            let attribute = std::slice::from_ref(attribute);
            traces::attributes(self.message, ATTRIBUTES, attribute, self.limit());
        }
    }

    fn limit(&self) -> Option<usize> {
        self.conversion.limits.attribute_value_length
    }

    /// Takes room for an attribute, or counts it as dropped.
    fn has_room(&mut self) -> bool {
        if self.room == 0 {
            self.dropped = self.dropped.saturating_add(1);
            return false;
        }
        self.room -= 1;
        true
    }
}

/// Returns `None` if redaction changes the attributes of an event or of a link.
fn shown(additions: &Additions, conversion: &Conversion) -> Option<()> {
    let events = additions.events.iter().map(|event| &event.attributes);
    let links = additions.links.iter().map(|link| &link.attributes);
    let mut attributes = events.chain(links).flatten();
    attributes
        .all(|attribute| redacted::shows(attribute.key.as_str(), &conversion.redaction))
        .then_some(())
}
