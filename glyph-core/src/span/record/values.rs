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
    super::{FieldValue, FieldValues, SpanCallsite},
    reader::text_limits,
};
use crate::text::prefix;

/// Memory that a record keeps for the next call: bytes of text, and fields.
const KEPT_BYTES: usize = 1024;
const KEPT_FIELDS: usize = 32;

/// Names and values of fields.
///
/// Numbers are kept as they are, and everything else as text, all of it in one string. Values that
/// only `Debug` or `Display` can show are formatted when they are added.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The span of the values. Absent if they are an update of others.
    metadata: Option<&'static Metadata<'static>>,
    entries: Vec<Entry>,
    text: String,
    /// The fields for which there was no room.
    omitted: usize,
    /// Whether a value is an error. Readers ask an error for its type and its backtrace, which a
    /// record cannot keep.
    has_error: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Bool(bool),
    F64(f64),
    I64(i64),
    U64(u64),
    /// The range of the text.
    Text(u32, u32),
}

/// A value of a record.
#[derive(Clone, Copy, Debug)]
pub enum RecordedValue<'v> {
    /// A `bool`.
    Bool(bool),
    /// A float.
    F64(f64),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer.
    U64(u64),
    /// A string, or the `Debug` or `Display` of a value.
    Str(&'v str),
}

impl Values {
    /// Adds the labels and the fields of a span, those that are present. Returns whether a record
    /// can keep them all.
    #[inline]
    pub(super) fn begin(
        &mut self,
        callsite: &'static SpanCallsite,
        values: FieldValues<'_, '_>,
    ) -> bool {
        self.metadata = Some(callsite.metadata());
        let labels = values.texts.iter().zip(callsite.names());
        for (text, name) in labels {
            self.add_text(name, |out| out.write_str(text));
        }
        if !values.fields.is_empty() {
            let names = callsite.metadata().fields().iter();
            let fields = names.skip(values.texts.len()).zip(values.fields);
            for (field, value) in fields {
                if let Some(value) = value {
                    value.record(&field, self);
                }
            }
        }
        !self.has_error
    }

    /// Values of the fields of a span.
    pub(in crate::span) fn of(
        metadata: &'static Metadata<'static>,
        values: &[FieldValue<'_>],
    ) -> Self {
        let mut kept = Self::default();
        metadata.fields().value_set_all(values).record(&mut kept);
        kept
    }

    /// One field with a text.
    pub(in crate::span) fn of_text(name: &'static str, text: &str) -> Self {
        let mut values = Self::default();
        values.add_text(name, |out| out.write_str(text));
        values
    }

    /// Returns the metadata of the span. `None` for values that update those of another instance.
    #[must_use]
    pub const fn metadata(&self) -> Option<&'static Metadata<'static>> {
        self.metadata
    }

    /// Returns the number of fields for which there was no room.
    #[must_use]
    pub const fn omitted(&self) -> usize {
        self.omitted
    }

    /// Calls `read` with each name and value.
    pub fn each(&self, read: &mut dyn FnMut(&'static str, RecordedValue<'_>)) {
        for entry in &self.entries {
            let value = match entry.kind {
                Kind::Bool(value) => RecordedValue::Bool(value),
                Kind::F64(value) => RecordedValue::F64(value),
                Kind::I64(value) => RecordedValue::I64(value),
                Kind::U64(value) => RecordedValue::U64(value),
                Kind::Text(from, to) => RecordedValue::Str(self.text(from, to)),
            };
            read(entry.name, value);
        }
    }

    fn text(&self, from: u32, to: u32) -> &str {
        let index = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
        self.text.get(index(from)..index(to)).unwrap_or_default()
    }

    /// Removes the values, and keeps the memory if it is not much.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.text.clear();
        self.omitted = 0;
        self.has_error = false;
        if self.entries.capacity() > KEPT_FIELDS {
            self.entries.shrink_to(KEPT_FIELDS);
        }
        if self.text.capacity() > KEPT_BYTES {
            self.text.shrink_to(KEPT_BYTES);
        }
    }

    /// Removes the value of a field, which another one replaces.
    fn forget(&mut self, name: &str) {
        self.entries.retain(|entry| entry.name != name);
    }

    /// Sets values, in place of older ones of the same fields.
    pub(super) fn update(&mut self, newer: &Self) {
        for entry in &newer.entries {
            self.forget(entry.name);
        }
        for entry in &newer.entries {
            match entry.kind {
                Kind::Text(from, to) => {
                    let text = newer.text(from, to);
                    self.add_text(entry.name, |out| out.write_str(text));
                }
                _ => self.entries.push(*entry),
            }
        }
    }

    fn push(&mut self, field: &Field, kind: Kind) {
        let name = field.name();
        self.entries.push(Entry { name, kind });
    }

    #[inline]
    fn add_text(
        &mut self,
        name: &'static str,
        write: impl FnOnce(&mut Bounded<'_>) -> fmt::Result,
    ) {
        let limits = text_limits();
        let from = self.text.len();
        if from >= limits.record {
            self.omitted += 1;
            return;
        }
        let mut out = Bounded {
            text: &mut self.text,
            left: limits.value,
        };
        // An error of a `Display`, or the limit, ends the text.
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
struct Bounded<'t> {
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
