//! Fields of events and spans.

use std::{error::Error, fmt, ops::Range, sync::Arc};

use serde_json::Value as Json;
use tracing::field::{Field, FieldSet, Visit};

use super::{
    errors::{self, ERROR, ERROR_MESSAGE, ERROR_TYPE, FindBacktrace, STACKTRACE},
    known_names::{KnownName, KnownNames},
    settings::Limits,
    text,
};
pub(super) use crate::context::ids::MESSAGE;
use crate::redaction::REDACTED;
use glyph_core::__runtime::{RecordedValue, Values};

/// The fields with which a span controls `tracing-opentelemetry` (its documentation, "Special
/// Fields"). They are no facts about the span.
const CONTROL: [&str; 4] = [
    "otel.kind",
    "otel.name",
    "otel.status_code",
    "otel.status_description",
];

/// The beginning of the names that describe a record of the `log` crate.
const OF_BRIDGE: &str = "log.";

/// Whether a name may be that of a field that libraries read, and not people.
pub(super) fn is_for_libraries(name: &str) -> bool {
    CONTROL.contains(&name) || name.starts_with(OF_BRIDGE)
}

/// Whether a field of a span is not shown.
pub(super) fn is_control(name: KnownName) -> bool {
    name.is_special() && CONTROL.contains(&name.text)
}

/// Decides whether a field is kept, and how much of it.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) names: Arc<KnownNames>,
    pub(super) limits: Limits,
    pub(super) backtrace: Option<FindBacktrace>,
}

impl Policy {
    /// Adds the values of a record to `fields`.
    pub(super) fn collect<F: FieldStore>(&self, values: &Values, fields: &mut F) {
        values.each(&mut |name, value| {
            let name = self.names.of(bare(name));
            if !Owner::Span.hides(name) {
                self.keep(fields, name, value.into());
            }
        });
        for _ in 0..values.omitted() {
            fields.omit();
        }
    }

    /// Adds a field, as far as it may be shown and there is room.
    fn keep<F: FieldStore>(&self, fields: &mut F, name: KnownName, value: Value<'_>) {
        let limits = &self.limits;
        let message = name.is_special() && name.text == MESSAGE;
        let room = limits.line_bytes.saturating_sub(fields.bytes());
        if !message && (fields.count() >= limits.fields || room == 0) {
            fields.omit();
        } else if name.is_redacted() {
            fields.add(name, Value::Str(REDACTED), usize::MAX);
        } else {
            let room = if message { usize::MAX } else { room };
            fields.add(name, value, room.min(limits.value_bytes));
        }
    }
}

/// Names and their values as JSON, rendered once. Kept with a span, or reused for the next event.
#[derive(Debug, Default)]
pub(super) struct Fields {
    text: Vec<u8>,
    entries: Vec<(KnownName, Range<usize>)>,
    omitted: usize,
}

impl Fields {
    pub(super) fn iter(&self) -> impl Iterator<Item = (KnownName, &[u8])> {
        self.entries
            .iter()
            .filter_map(|(name, range)| Some((*name, self.text.get(range.clone())?)))
    }

    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        self.iter()
            .find(|field| field.0.text == name)
            .map(|field| field.1)
    }

    #[inline]
    fn add_json(&mut self, name: KnownName, render: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        render(&mut self.text);
        self.entries.push((name, start..self.text.len()));
    }
}

/// A value that `tracing` records.
#[derive(Clone, Copy)]
pub(super) enum Value<'v> {
    Bool(bool),
    F64(f64),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    Str(&'v str),
    Error(&'v (dyn Error + 'static)),
    Debug(&'v dyn fmt::Debug),
    Display(&'v dyn fmt::Display),
}

impl<'v> From<RecordedValue<'v>> for Value<'v> {
    fn from(value: RecordedValue<'v>) -> Self {
        match value {
            RecordedValue::Bool(value) => Self::Bool(value),
            RecordedValue::F64(value) => Self::F64(value),
            RecordedValue::I64(value) => Self::I64(value),
            RecordedValue::U64(value) => Self::U64(value),
            RecordedValue::Str(text) | RecordedValue::Static(text) => Self::Str(text),
        }
    }
}

impl Value<'_> {
    /// Appends it as JSON, with at most `room` bytes of text.
    #[inline]
    pub(super) fn push_to(self, out: &mut Vec<u8>, room: usize) {
        match self {
            Value::Bool(value) => text::push_bool(out, value),
            Value::F64(value) => text::push_f64(out, value),
            Value::I64(value) => text::push_integer(out, value),
            Value::U64(value) => text::push_integer(out, value),
            Value::I128(value) => text::push_i128(out, value),
            Value::U128(value) => text::push_u128(out, value),
            Value::Str(value) => text::push_str(out, value, room),
            Value::Error(value) => text::push_error(out, value, room),
            Value::Debug(value) => text::push_debug(out, value, room),
            Value::Display(value) => text::push_display(out, value, room),
        }
    }
}

/// Reads the name and the value of a field.
pub(super) type ReadField<'r> = dyn FnMut(&'static str, RecordedValue<'_>) + 'r;

/// Keeps fields: log lines as JSON, log records as values of OTLP.
pub(super) trait FieldStore: Default + Send + Sync + 'static {
    /// Returns the number of fields.
    fn count(&self) -> usize;

    /// Returns the number of fields for which there was no room.
    fn omitted(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.count() == 0 && self.omitted() == 0
    }

    /// Returns the size of all values.
    fn bytes(&self) -> usize;

    /// Counts a field for which there is no room.
    fn omit(&mut self);

    /// Adds a field with at most `room` bytes of text.
    fn add(&mut self, name: KnownName, value: Value<'_>, room: usize);

    /// Passes each name and value to `read`. What is not a number or a `bool` is a string.
    fn each_value(&self, read: &mut ReadField<'_>);

    /// Replaces fields of the same name, and keeps all others.
    fn update(&mut self, newer: Self);

    /// Removes all fields, and keeps the memory.
    fn clear(&mut self);
}

impl FieldStore for Fields {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn omitted(&self) -> usize {
        self.omitted
    }

    fn bytes(&self) -> usize {
        self.text.len()
    }

    fn omit(&mut self) {
        self.omitted += 1;
    }

    fn add(&mut self, name: KnownName, value: Value<'_>, room: usize) {
        self.add_json(name, |text| value.push_to(text, room));
    }

    fn each_value(&self, read: &mut ReadField<'_>) {
        for (KnownName { text: name, .. }, json) in self.iter() {
            match serde_json::from_slice(json) {
                Ok(Json::Bool(value)) => read(name, RecordedValue::Bool(value)),
                Ok(Json::Number(number)) => {
                    let unsigned = || number.as_u64().map(RecordedValue::U64);
                    let float = || number.as_f64().map(RecordedValue::F64);
                    let signed = number.as_i64().map(RecordedValue::I64);
                    if let Some(value) = signed.or_else(unsigned).or_else(float) {
                        read(name, value);
                    }
                }
                Ok(Json::String(text)) => read(name, RecordedValue::Str(&text)),
                _ => {}
            }
        }
    }

    fn update(&mut self, newer: Self) {
        let mut merged = Self {
            omitted: newer.omitted.max(self.omitted),
            ..Self::default()
        };
        let kept = self
            .iter()
            .filter(|(name, _)| newer.value(name.text).is_none());
        for (name, value) in kept.chain(newer.iter()) {
            merged.add_json(name, |text| text.extend_from_slice(value));
        }
        *self = merged;
    }

    fn clear(&mut self) {
        self.text.clear();
        self.entries.clear();
        self.omitted = 0;
    }
}

/// The owner of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Span,
    Event,
    /// A record of the `log` crate, which `tracing-log` describes in extra fields.
    BridgedEvent,
}

impl Owner {
    /// Returns the owner of an event's fields.
    pub(super) fn event(bridged: bool) -> Self {
        if bridged {
            Self::BridgedEvent
        } else {
            Self::Event
        }
    }

    /// Whether a field is meant for the libraries that carry it, and not for readers.
    fn hides(self, name: KnownName) -> bool {
        match self {
            Self::Span => is_control(name),
            Self::Event => false,
            Self::BridgedEvent => name.is_special() && name.text.starts_with(OF_BRIDGE),
        }
    }
}

/// Fills a [`FieldStore`] with the fields that `tracing` records.
pub(super) struct Collector<'a, F> {
    pub(super) fields: &'a mut F,
    pub(super) policy: &'a Policy,
    pub(super) owner: Owner,
    /// The names of all fields of the event or the span.
    pub(super) names: &'a FieldSet,
}

impl<F: FieldStore> Collector<'_, F> {
    fn add(&mut self, field: &Field, value: Value<'_>) {
        self.add_shown(name(field), value);
    }

    /// Adds a value that can be the text of the event's error.
    fn add_text(&mut self, field: &Field, value: Value<'_>) {
        self.add_shown(self.name_of_text(field), value);
    }

    #[inline]
    fn add_shown(&mut self, name: &'static str, value: Value<'_>) {
        let name = self.policy.names.of(name);
        if !self.owner.hides(name) {
            self.policy.keep(self.fields, name, value);
        }
    }

    /// Returns the name of a field with text. The text of an error has the name that errors have, in
    /// the events that `err = event` and `tracing`'s `err` write: they have no message.
    fn name_of_text(&self, field: &Field) -> &'static str {
        let name = name(field);
        let is_text = name == ERROR
            && self.owner == Owner::Event
            && self.names.field(MESSAGE).is_none()
            && self.names.field(ERROR_MESSAGE).is_none()
            && !self.policy.names.covers(name);
        if is_text { ERROR_MESSAGE } else { name }
    }

    /// Adds the error of an event or a span, which the program named `name`. Its text, type and
    /// backtrace are fields of their own, unless the program has such fields.
    fn add_error(&mut self, name: &'static str, error: &(dyn Error + 'static)) {
        let has_message = self.names.field(ERROR_MESSAGE).is_some();
        let message = if has_message { name } else { ERROR_MESSAGE };
        self.add_named(message, Value::Error(error));
        if self.names.field(ERROR_TYPE).is_none()
            && let Some(type_name) = errors::type_of(error)
        {
            self.add_named(ERROR_TYPE, Value::Str(&type_name));
        }
        if let Some(find) = self.policy.backtrace
            && self.names.field(STACKTRACE).is_none()
            && let Some(backtrace) = errors::backtrace(error, find)
        {
            self.add_named(STACKTRACE, Value::Display(backtrace));
        }
    }

    fn add_named(&mut self, name: &'static str, value: Value<'_>) {
        let name = self.policy.names.of(name);
        self.policy.keep(self.fields, name, value);
    }
}

impl<F: FieldStore> Visit for Collector<'_, F> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, Value::F64(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, Value::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, Value::U64(value));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, Value::I128(value));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, Value::U128(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, Value::Str(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let name = name(field);
        let redacted = self.policy.names.covers(name);
        if errors::is_the_error(name, self.names) && !redacted {
            self.add_error(name, value);
        } else {
            self.add_text(field, Value::Error(value));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add_text(field, Value::Debug(value));
    }
}

fn name(field: &Field) -> &'static str {
    bare(field.name())
}

pub(super) fn bare(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}
