//! One log line, from an event, its spans and the context.

use tracing::Level;

use super::{
    fields::{FieldStore, Fields, Value, bare, is_control},
    json,
    known_names::{KnownName, KnownNames},
    names::{Key, LineField, Names, UsedKey},
    pretty,
    settings::Limits,
    text,
};
use crate::{
    context::ids::{CarriedIds, Correlation, MESSAGE},
    redaction::REDACTED,
};
use glyph_core::__runtime::{Values, current_values};

pub(super) const REQUEST_ID: &str = "request_id";
/// The limit of a field name, in bytes.
const LONGEST_NAME: usize = 256;
/// The most bytes of the punctuation and colors of a field.
const PUNCTUATION: usize = 64;
/// The most bytes of a number or a `bool`.
const LONGEST_NUMBER: usize = 64;
/// The bytes reserved for what follows the fields.
const TAIL: usize = 256;

/// The format of lines, resolved for the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Json,
    Pretty { color: bool },
}

/// The beginning of a line.
pub(super) struct Head<'a> {
    pub(super) timestamp: &'a str,
    pub(super) level: Level,
    pub(super) target: &'a str,
    /// A JSON string.
    pub(super) message: &'a [u8],
    pub(super) correlation: &'a Correlation,
}

/// What lines look like.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) limits: &'a Limits,
    pub(super) style: Style,
    pub(super) names: &'a Names,
    pub(super) known: &'a KnownNames,
}

/// A line that is being written. Of several fields with one name, the first is kept.
pub(super) struct Line<'a> {
    out: &'a mut Vec<u8>,
    used: &'a mut Vec<UsedKey>,
    /// The bits of the plain names among them.
    bits: u64,
    layout: Layout<'a>,
    omitted: usize,
}

impl<'a> Line<'a> {
    pub(super) fn begin(
        out: &'a mut Vec<u8>,
        used: &'a mut Vec<UsedKey>,
        layout: Layout<'a>,
        head: &Head<'_>,
    ) -> Self {
        out.clear();
        used.clear();
        match layout.style {
            Style::Json => json::push_head(out, head, layout.names),
            Style::Pretty { color } => pretty::push_head(out, head, color),
        }
        Self {
            out,
            used,
            bits: 0,
            layout,
            omitted: 0,
        }
    }

    /// Adds the fields of the event, without the message, which the head has already.
    pub(super) fn event(&mut self, fields: &Fields) {
        self.omitted += fields.omitted();
        for (name, value) in fields.iter() {
            if !name.is_special() {
                self.plain_field(name, value);
            } else if name.text != MESSAGE {
                self.special_field(name.text, value);
            }
        }
    }

    /// Adds the fields of a span. Call it for the innermost span first.
    pub(super) fn span(&mut self, fields: &Fields) {
        self.omitted += fields.omitted();
        for (name, value) in fields.iter() {
            self.known_field(name, value);
        }
    }

    /// Whether a record fits, however its values are escaped, so that none is cut or omitted.
    pub(super) fn fits(&self, values: &Values) -> bool {
        let limits = self.layout.limits;
        let (fields, bytes) = values.size();
        let escaped = bytes.saturating_mul(text::ESCAPE);
        let most = escaped.saturating_add(fields.saturating_mul(PUNCTUATION + LONGEST_NUMBER));
        self.layout.style == Style::Json
            && values.omitted() == 0
            && escaped <= limits.value_bytes
            && self.used.len() + fields <= limits.fields
            && most <= limits.line_bytes.saturating_sub(self.out.len() + TAIL)
    }

    /// Adds the fields of a record that [fits](Self::fits) into a line of JSON.
    pub(super) fn record(&mut self, values: &Values) {
        values.each(&mut |name, value| {
            let name = self.layout.known.of(bare(name));
            let value = if name.is_redacted() {
                Value::Str(REDACTED)
            } else {
                value.into()
            };
            if name.is_special() {
                self.special_value(name, value);
            } else if self.takes(name) {
                json::push_key(self.out, name.text);
                value.push_to(self.out, usize::MAX);
            }
        });
    }

    #[cold]
    fn special_value(&mut self, name: KnownName, value: Value<'_>) {
        if !is_control(name) {
            let mut text = Vec::new();
            value.push_to(&mut text, usize::MAX);
            self.special_field(name.text, &text);
        }
    }

    /// Adds the labels of the current scopes.
    pub(super) fn scope(&mut self) {
        current_values(&mut |name, value| {
            self.text_field(name, value, self.layout.limits.value_bytes);
        });
    }

    /// Adds the ids that the request carries.
    pub(super) fn carried(&mut self, correlation: &Correlation) {
        let carried = correlation.carried.iter();
        for (name, value) in carried.flat_map(CarriedIds::iter) {
            self.text_field(name, value, usize::MAX);
        }
    }

    pub(super) fn end(mut self, correlation: &Correlation) {
        let names = self.layout.names;
        if let Some(request) = &correlation.request {
            self.request_id(request.as_str());
        }
        if self.omitted > 0 {
            let omitted = Key {
                prefix: "",
                name: names.of(LineField::OmittedFields),
            };
            self.push(omitted, self.omitted.to_string().as_bytes());
        }
        match self.layout.style {
            Style::Json => self.out.extend_from_slice(b"}\n"),
            Style::Pretty { color } => pretty::push_end(self.out, correlation, color),
        }
    }

    /// Adds the id of the request. The line has room for it.
    fn request_id(&mut self, id: &str) {
        let name = self.layout.known.of(REQUEST_ID);
        if self.layout.style == Style::Json && !name.is_special() {
            if self.takes(name) {
                json::push_key(self.out, name.text);
                text::push_str(self.out, id, usize::MAX);
            }
            return;
        }
        let (key, used) = self.layout.names.key(REQUEST_ID);
        if !self.used.contains(&used) {
            let mut value = Vec::new();
            text::push_str(&mut value, id, usize::MAX);
            self.push(key, &value);
        }
    }

    /// Adds a field with at most `room` bytes of text, which is redacted if its name is.
    fn text_field(&mut self, name: &'static str, text: &str, room: usize) {
        let is_redacted = self.layout.known.covers(name);
        let mut value = Vec::new();
        text::push_str(&mut value, if is_redacted { REDACTED } else { text }, room);
        self.field(name, &value);
    }

    /// Adds a field. `value` is JSON.
    pub(super) fn field(&mut self, name: &'static str, value: &[u8]) {
        self.known_field(self.layout.known.of(name), value);
    }

    fn known_field(&mut self, name: KnownName, value: &[u8]) {
        if name.is_special() {
            self.special_field(name.text, value);
        } else {
            self.plain_field(name, value);
        }
    }

    fn special_field(&mut self, name: &'static str, value: &[u8]) {
        let names = self.layout.names;
        let (key, used) = names.key(name);
        if self.used.contains(&used) {
            return;
        }
        let changed = names.duration(name, value);
        let value = changed.as_deref().unwrap_or(value);
        if !self.has_room(key.name, value) {
            self.omitted += 1;
            return;
        }
        self.used.push(used);
        self.push(key, value);
    }

    /// Adds a field whose name is its key.
    #[inline]
    fn plain_field(&mut self, name: KnownName, value: &[u8]) {
        if self.is_used(name) {
            return;
        }
        if !self.has_room(name.text, value) {
            self.omitted += 1;
            return;
        }
        self.note(name);
        match self.layout.style {
            Style::Json => {
                json::push_key(self.out, name.text);
                self.out.extend_from_slice(value);
            }
            Style::Pretty { color } => {
                let (prefix, name) = ("", name.text);
                pretty::push_field(self.out, Key { prefix, name }, value, color);
            }
        }
    }

    /// Returns whether the line has no such key yet, and notes it.
    #[inline]
    fn takes(&mut self, name: KnownName) -> bool {
        let is_new = !self.is_used(name);
        if is_new {
            self.note(name);
        }
        is_new
    }

    /// Whether the line has the key. Keys of special fields are others.
    #[inline]
    fn is_used(&self, name: KnownName) -> bool {
        self.bits & name.bit() != 0 && self.used.contains(&UsedKey::Field(name.text))
    }

    #[inline]
    fn note(&mut self, name: KnownName) {
        self.bits |= name.bit();
        self.used.push(UsedKey::Field(name.text));
    }

    fn has_room(&self, name: &str, value: &[u8]) -> bool {
        // Each byte of a name can become an escape of six bytes, such as `\u001b`.
        let limits = self.layout.limits;
        let needed = name.len() * 6 + PUNCTUATION + value.len() + TAIL;
        name.len() <= LONGEST_NAME
            && self.used.len() < limits.fields
            && self.out.len() + needed <= limits.line_bytes
    }

    fn push(&mut self, key: Key<'_>, value: &[u8]) {
        match self.layout.style {
            Style::Json => json::push_field(self.out, key, value),
            Style::Pretty { color } => pretty::push_field(self.out, key, value, color),
        }
    }
}
