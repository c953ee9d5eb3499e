//! The values of a span's fields as a filter gets them.
//!
//! An [`EnvFilter`] formats values while it holds its locks. A `Debug` of the program may log, or open
//! spans, which leads the same thread to the same locks. So the values are formatted before.

use std::fmt::{self, Write as _};

use glyph_core::__runtime::prefix;
use tracing::{
    Metadata, Subscriber,
    field::{Field, Value, Visit, display},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    EnvFilter,
    layer::{Context, Filter},
};

use super::directives::Directives;

/// The most bytes of a text that a directive is compared with.
const LONGEST: usize = 64 << 10;

/// A span, and the filter that learns about it.
pub(super) struct Told<'a, S> {
    pub(super) filter: &'a EnvFilter,
    pub(super) span: &'static Metadata<'static>,
    pub(super) id: &'a Id,
    pub(super) context: &'a Context<'a, S>,
}

impl<S: Subscriber> Told<'_, S> {
    /// Tells the filter that the span is new.
    pub(super) fn created(&self) {
        let no_values = self.span.fields().value_set(&[]);
        let attributes = Attributes::new(self.span, &no_values);
        Filter::on_new_span(self.filter, &attributes, self.id, self.context.clone());
    }

    /// Tells the filter a value that is formatted.
    pub(super) fn recorded(&self, field: &Field, value: &dyn Value) {
        let values = [(field, Some(value))];
        let values = self.span.fields().value_set(&values);
        let record = Record::new(&values);
        Filter::on_record(self.filter, self.id, &record, self.context.clone());
    }
}

/// Values of which a directive may name some.
pub(super) struct SpanValues(Vec<(Field, Formatted)>);

enum Formatted {
    Bool(bool),
    F64(f64),
    I64(i64),
    U64(u64),
    Str(String),
    /// The text of a `Debug` or a `Display`.
    Debug(String),
}

impl SpanValues {
    /// Formats the values that `record` passes to a visitor.
    pub(super) fn of(
        directives: &Directives,
        span: &'static Metadata<'static>,
        record: impl FnOnce(&mut dyn Visit),
    ) -> Self {
        let mut reader = Reader {
            directives,
            span,
            values: Vec::new(),
        };
        if directives.names_values() {
            record(&mut reader);
        }
        Self(reader.values)
    }

    /// Tells the filter about them.
    pub(super) fn tell<S: Subscriber>(&self, told: &Told<'_, S>) {
        for (field, value) in &self.0 {
            match value {
                Formatted::Bool(value) => told.recorded(field, value),
                Formatted::F64(value) => told.recorded(field, value),
                Formatted::I64(value) => told.recorded(field, value),
                Formatted::U64(value) => told.recorded(field, value),
                Formatted::Str(text) => told.recorded(field, &text.as_str()),
                Formatted::Debug(text) => told.recorded(field, &display(text)),
            }
        }
    }
}

/// Formats the values that a directive may name.
struct Reader<'a> {
    directives: &'a Directives,
    span: &'static Metadata<'static>,
    values: Vec<(Field, Formatted)>,
}

impl Reader<'_> {
    fn add(&mut self, field: &Field, format: impl FnOnce() -> Formatted) {
        if self.directives.may_name(self.span.name(), field.name()) {
            self.values.push((field.clone(), format()));
        }
    }
}

impl Visit for Reader<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, || Formatted::F64(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, || Formatted::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, || Formatted::U64(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, || Formatted::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, || Formatted::Str(prefix(value, LONGEST).to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, || {
            let mut text = Text(String::new());
            let _ended_early = write!(text, "{value:?}");
            Formatted::Debug(text.0)
        });
    }
}

/// The beginning of a text.
struct Text(String);

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = prefix(text, LONGEST.saturating_sub(self.0.len()));
        self.0.push_str(fits);
        if fits.len() < text.len() {
            return Err(fmt::Error);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{LONGEST, Text};

    #[test]
    fn text_ends_between_characters_and_stops_its_value() {
        let mut text = Text(String::new());
        assert!(write!(text, "a{}", "é".repeat(LONGEST)).is_err());
        assert_eq!(text.0.len(), LONGEST - 1);
        assert!(text.0.ends_with('é'));
    }
}
