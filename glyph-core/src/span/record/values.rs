//! The values of a record.

use std::{
    error::Error,
    fmt::{self, Write as _},
};

use tracing::{
    Metadata,
    field::{Field, Visit},
};

use super::{
    super::{FieldValues, SpanCallsite},
    reader::{TextLimits, records_are_exported, text_limits},
    recorded_value::RecordedValue,
};
use crate::{label::LabelText, text::prefix};

/// Memory that a record keeps for the next call: bytes of text, and fields.
const KEPT_BYTES: usize = 1024;
const KEPT_FIELDS: usize = 32;

/// Names and values of fields.
///
/// Numbers are kept as they are, and everything else as text, all of it in one string. Values that
/// only `Debug` or `Display` can show are formatted when they are added.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The span of the values. Absent if they are those of no record.
    pub(super) metadata: Option<&'static Metadata<'static>>,
    /// Whether other values of the span are older.
    pub(super) is_update: bool,
    pub(super) entries: Vec<Entry>,
    pub(super) text: String,
    /// Bytes of the text that belong to no entry, since another value replaced theirs.
    pub(super) unused: usize,
    /// The fields for which there was no room.
    pub(super) omitted: usize,
    /// Whether a value is an error. Readers ask an error for its type and its backtrace, which a
    /// record cannot keep.
    has_error: bool,
    /// Whether texts have no limit, as those of spans of `tracing`'s.
    pub(super) is_whole: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Bool(bool),
    F64(f64),
    I64(i64),
    U64(u64),
    /// A text that is never freed.
    Static(&'static &'static str),
    /// The range of the text.
    Text(u32, u32),
}

fn slice(text: &str, from: u32, to: u32) -> &str {
    text.get(index(from)..index(to)).unwrap_or_default()
}

impl Entry {
    #[inline]
    pub(super) fn value(self, text: &str) -> RecordedValue<'_> {
        match self.kind {
            Kind::Bool(value) => RecordedValue::Bool(value),
            Kind::F64(value) => RecordedValue::F64(value),
            Kind::I64(value) => RecordedValue::I64(value),
            Kind::U64(value) => RecordedValue::U64(value),
            Kind::Static(value) => RecordedValue::Static(value),
            Kind::Text(from, to) => RecordedValue::Str(slice(text, from, to)),
        }
    }

    /// The bytes of a text.
    pub(super) fn bytes(self) -> usize {
        match self.kind {
            Kind::Text(from, to) => index(to.saturating_sub(from)),
            _ => 0,
        }
    }

    /// Returns the value for a text that begins so many bytes later.
    const fn moved(self, by: u32) -> Self {
        let kind = match self.kind {
            Kind::Text(from, to) => Kind::Text(from.saturating_add(by), to.saturating_add(by)),
            other => other,
        };
        Self { kind, ..self }
    }
}

impl Values {
    /// Adds the labels and the fields of a span, those that are present. Returns whether a record
    /// can keep them all.
    #[inline]
    pub(super) fn begin(
        &mut self,
        callsite: &'static SpanCallsite,
        values: &FieldValues<'_, '_>,
        is_whole: bool,
    ) -> bool {
        self.metadata = Some(callsite.metadata());
        self.is_whole = is_whole;
        let labels = values.texts.iter().zip(callsite.names());
        for (text, name) in labels {
            match *text {
                LabelText::Listed(text) => {
                    let kind = Kind::Static(text);
                    self.entries.push(Entry { name, kind });
                }
                LabelText::Open(text) => self.add_text(name, |out| out.write_str(text)),
                LabelText::Absent => {}
            }
        }
        if !values.fields.is_empty() {
            let names = callsite.metadata().fields().iter();
            let fields = names.skip(values.texts.len()).zip(values.fields);
            for (field, value) in fields {
                if let Some(value) = value {
                    value.record(&field, self);
                }
                if self.has_error {
                    callsite.note_error();
                    return false;
                }
            }
        }
        true
    }

    /// No values yet, of a record that may be exported. A record that is not cuts them when it adds
    /// them.
    pub(super) fn for_any_record() -> Self {
        Self {
            is_whole: records_are_exported(),
            ..Self::default()
        }
    }

    /// One field with a text.
    pub(in crate::span) fn of_text(name: &'static str, text: &str) -> Self {
        let mut values = Self::for_any_record();
        values.add_text(name, |out| out.write_str(text));
        values
    }

    /// An update of these values, without any yet.
    pub(super) fn update_of(&self) -> Self {
        Self {
            metadata: self.metadata,
            is_update: true,
            is_whole: self.is_whole,
            ..Self::default()
        }
    }

    /// Whether these values update those of the same span that are passed next.
    #[must_use]
    pub const fn is_update(&self) -> bool {
        self.is_update
    }

    /// Returns the metadata of the span. `None` for values that are added to others.
    #[must_use]
    pub const fn metadata(&self) -> Option<&'static Metadata<'static>> {
        self.metadata
    }

    /// Returns the number of fields for which there was no room.
    #[must_use]
    pub const fn omitted(&self) -> usize {
        self.omitted
    }

    /// Returns the number of values, and the bytes of their names and texts.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let bytes = self.entries.iter().map(|entry| {
            let text = match entry.kind {
                Kind::Static(text) => text.len(),
                _ => entry.bytes(),
            };
            entry.name.len() + text
        });
        (self.entries.len(), bytes.sum())
    }

    /// Calls `read` with each name and value.
    pub fn each(&self, read: &mut dyn FnMut(&'static str, RecordedValue<'_>)) {
        for (name, value) in self.iter() {
            read(name, value);
        }
    }

    /// Returns the names and values.
    pub(in crate::span) fn iter(&self) -> impl Iterator<Item = (&'static str, RecordedValue<'_>)> {
        let entries = self.entries.iter();
        entries.map(|entry| (entry.name, entry.value(&self.text)))
    }

    /// Copies the values behind others.
    #[inline]
    pub(super) fn append_to(&self, entries: &mut Vec<Entry>, text: &mut String) {
        if self.text.is_empty() {
            return entries.extend_from_slice(&self.entries);
        }
        let Ok(before) = u32::try_from(text.len()) else {
            return;
        };
        text.push_str(&self.text);
        entries.extend(self.entries.iter().map(|entry| entry.moved(before)));
    }

    pub(super) fn text(&self, from: u32, to: u32) -> &str {
        slice(&self.text, from, to)
    }

    /// Removes the values, and keeps the memory if it is not much.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        // Most calls have none of these. Looking takes less time than writing.
        if !self.text.is_empty() {
            self.text.clear();
            self.unused = 0;
        }
        if self.omitted > 0 {
            self.omitted = 0;
        }
        if self.has_error {
            self.has_error = false;
        }
        if self.entries.capacity() > KEPT_FIELDS {
            self.entries.shrink_to(KEPT_FIELDS);
        }
        if self.text.capacity() > KEPT_BYTES {
            self.text.shrink_to(KEPT_BYTES);
        }
    }

    /// Returns the memory for texts, in bytes.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.text.capacity()
    }

    fn push(&mut self, field: &Field, kind: Kind) {
        let name = field.name();
        self.entries.push(Entry { name, kind });
    }

    #[inline]
    pub(super) fn add_text(
        &mut self,
        name: &'static str,
        write: impl FnOnce(&mut Bounded<'_>) -> fmt::Result,
    ) {
        let limits = if self.is_whole {
            TextLimits::NONE
        } else {
            text_limits()
        };
        let from = self.text.len();
        if from.saturating_sub(self.unused) >= limits.record {
            self.omitted += 1;
            return;
        }
        let mut out = Bounded {
            text: &mut self.text,
            left: limits.value,
        };
        // An error of a `Display`, or the limit, ends the text. What was written is kept.
        let _ended_early = write(&mut out);
        let (Ok(from), Ok(to)) = (u32::try_from(from), u32::try_from(self.text.len())) else {
            self.omitted += 1;
            return;
        };
        let kind = Kind::Text(from, to);
        self.entries.push(Entry { name, kind });
    }

    /// Adds an integer of 128 bits: as a number if it has at most 64, as digits otherwise.
    fn add_wide<N>(&mut self, field: &Field, value: N)
    where
        N: Copy + fmt::Display + TryInto<i64> + TryInto<u64>,
    {
        let signed: Result<i64, _> = value.try_into();
        let unsigned: Result<u64, _> = value.try_into();
        match (signed, unsigned) {
            (Ok(value), _) => self.push(field, Kind::I64(value)),
            (_, Ok(value)) => self.push(field, Kind::U64(value)),
            _ => self.add_text(field.name(), |out| write!(out, "{value}")),
        }
    }
}

fn index(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

impl Visit for Values {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, Kind::F64(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, Kind::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, Kind::U64(value));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add_wide(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add_wide(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, Kind::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field.name(), |out| out.write_str(value));
    }

    fn record_error(&mut self, _: &Field, _: &(dyn Error + 'static)) {
        self.has_error = true;
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add_text(field.name(), |out| write!(out, "{value:?}"));
    }
}

/// A text that ends at a limit.
pub(super) struct Bounded<'t> {
    text: &'t mut String,
    left: usize,
}

impl fmt::Write for Bounded<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() <= self.left {
            self.text.push_str(text);
            self.left -= text.len();
            return Ok(());
        }
        self.text.push_str(prefix(text, self.left));
        self.left = 0;
        Err(fmt::Error)
    }
}
