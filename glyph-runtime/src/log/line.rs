//! One log line, from an event, its spans and the context.

use tracing::Level;

use super::{
    fields::{FieldStore, Fields},
    json,
    names::{Key, LineField, Names, UsedKey},
    pretty,
    settings::Limits,
    text,
};
use crate::{
    context::ids::{Correlation, MESSAGE},
    redaction::Redaction,
};
use glyph_core::__runtime::current_values;

pub(super) const REQUEST_ID: &str = "request_id";
/// The limit of a field name, in bytes.
const LONGEST_NAME: usize = 256;
/// The most bytes of the punctuation and colors of a field.
const PUNCTUATION: usize = 64;
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
}

/// A line that is being written. Of several fields with one name, the first is kept.
pub(super) struct Line<'a> {
    out: &'a mut Vec<u8>,
    used: &'a mut Vec<UsedKey>,
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
            layout,
            omitted: 0,
        }
    }

    /// Adds the fields of the event, without the message, which the head has already.
    pub(super) fn event(&mut self, fields: &Fields) {
        self.omitted += fields.omitted();
        for (name, value) in fields.iter().filter(|(name, _)| *name != MESSAGE) {
            self.field(name, value);
        }
    }

    /// Adds the fields of a span. Call it for the innermost span first.
    pub(super) fn span(&mut self, fields: &Fields) {
        self.omitted += fields.omitted();
        for (name, value) in fields.iter() {
            self.field(name, value);
        }
    }

    /// Adds the labels of the current scopes.
    pub(super) fn scope(&mut self, redaction: &Redaction) {
        current_values(&mut |name, value| {
            let mut text = Vec::new();
            text::push_str(
                &mut text,
                redaction.shown(name, value),
                self.layout.limits.value_bytes,
            );
            self.field(name, &text);
        });
    }

    /// Adds the ids that the request carries.
    pub(super) fn carried(&mut self, correlation: &Correlation, redaction: &Redaction) {
        let carried = correlation.carried.iter();
        for (name, value) in carried.flat_map(|ids| ids.fields(redaction)) {
            let mut text = Vec::new();
            text::push_str(&mut text, value, usize::MAX);
            self.field(name, &text);
        }
    }

    pub(super) fn end(mut self, correlation: &Correlation) {
        let names = self.layout.names;
        if let Some(request) = &correlation.request {
            let (key, used) = names.key(REQUEST_ID);
            if !self.used.contains(&used) {
                let mut value = Vec::new();
                text::push_str(&mut value, request.as_str(), usize::MAX);
                self.push(key, &value);
            }
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

    /// Adds a field. `value` is JSON.
    pub(super) fn field(&mut self, name: &'static str, value: &[u8]) {
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
