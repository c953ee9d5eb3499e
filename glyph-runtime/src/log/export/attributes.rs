//! Fields of events and spans as values of OTLP.

use glyph_core::__runtime::RecordedValue;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value as Otlp};
use prost::Message;

use super::cut;
use crate::log::{
    fields::{FieldStore, ReadField, Value},
    known_names::KnownName,
    text,
};

/// Names and their values. Kept with a span, or moved into a record.
#[derive(Debug, Default)]
pub(in crate::log) struct Attributes {
    entries: Vec<(&'static str, AnyValue)>,
    bytes: usize,
    omitted: usize,
}

impl Attributes {
    pub(super) fn iter(&self) -> impl Iterator<Item = &(&'static str, AnyValue)> {
        self.entries.iter()
    }

    pub(super) fn into_entries(self) -> Vec<(&'static str, AnyValue)> {
        self.entries
    }
}

impl FieldStore for Attributes {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn omitted(&self) -> usize {
        self.omitted
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn omit(&mut self) {
        self.omitted += 1;
    }

    fn add(&mut self, name: KnownName, value: Value<'_>, room: usize) {
        let value = AnyValue {
            value: Some(otlp(value, room)),
        };
        self.bytes += value.encoded_len();
        self.entries.push((name.text, value));
    }

    fn each_value(&self, read: &mut ReadField<'_>) {
        for (name, value) in self.iter() {
            match &value.value {
                Some(Otlp::BoolValue(value)) => read(name, RecordedValue::Bool(*value)),
                Some(Otlp::IntValue(value)) => read(name, RecordedValue::I64(*value)),
                Some(Otlp::DoubleValue(value)) => read(name, RecordedValue::F64(*value)),
                Some(Otlp::StringValue(text)) => read(name, RecordedValue::Str(text)),
                _ => {}
            }
        }
    }

    fn update(&mut self, newer: Self) {
        self.omitted = self.omitted.max(newer.omitted);
        self.entries
            .retain(|(name, _)| newer.iter().all(|(newer, _)| newer != name));
        self.entries.extend(newer.entries);
        self.bytes = self.iter().map(|(_, value)| value.encoded_len()).sum();
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
        self.omitted = 0;
    }
}

/// Returns numbers and `bool` as such, and everything else as a string. Integers that OTLP does not
/// have are digits.
fn otlp(value: Value<'_>, room: usize) -> Otlp {
    match value {
        Value::Bool(value) => Otlp::BoolValue(value),
        Value::F64(value) if value.is_finite() => Otlp::DoubleValue(value),
        Value::F64(value) => Otlp::StringValue(text::non_finite(value).to_owned()),
        Value::I64(value) => Otlp::IntValue(value),
        Value::U64(value) => integer(value),
        Value::I128(value) => integer(value),
        Value::U128(value) => integer(value),
        Value::Str(value) => Otlp::StringValue(cut::cut_str(value, room)),
        Value::Error(value) => Otlp::StringValue(cut::cut_error(value, room)),
        Value::Display(value) => Otlp::StringValue(cut::cut_display(value, room)),
        Value::Debug(value) => {
            Otlp::StringValue(cut::cut_display(&format_args!("{value:?}"), room))
        }
    }
}

fn integer<N: Copy + ToString + TryInto<i64>>(value: N) -> Otlp {
    value
        .try_into()
        .map_or_else(|_| Otlp::StringValue(value.to_string()), Otlp::IntValue)
}

#[cfg(test)]
mod tests {
    use super::{Attributes, FieldStore, Otlp, Value, otlp};
    use crate::{log::known_names::KnownNames, redaction::Redaction};

    fn string(text: &str) -> Otlp {
        Otlp::StringValue(text.to_owned())
    }

    #[test]
    fn values_keep_their_kinds() {
        let cases = [
            (Value::I64(-3), Otlp::IntValue(-3)),
            (Value::F64(1.0), Otlp::DoubleValue(1.0)),
            (Value::F64(f64::NEG_INFINITY), string("-Infinity")),
            (Value::Bool(true), Otlp::BoolValue(true)),
            (Value::Str("a\nb"), string("a\nb")),
            (Value::Debug(&"a\nb"), string("\"a\\nb\"")),
            (Value::U64(u64::MAX), string("18446744073709551615")),
            (Value::U128(7), Otlp::IntValue(7)),
            (
                Value::I128(i128::from(i64::MIN) - 1),
                string("-9223372036854775809"),
            ),
            (
                Value::Error(&std::fmt::Error),
                string(&std::fmt::Error.to_string()),
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(otlp(value, 100), expected);
        }
    }

    #[test]
    fn later_values_replace_earlier_ones_of_the_same_name() {
        let names = KnownNames::new(Redaction::none());
        let attributes = |fields: &[(&'static str, i64)]| {
            let mut attributes = Attributes::default();
            for (name, value) in fields {
                attributes.add(names.of(name), Value::I64(*value), 100);
            }
            attributes
        };
        let mut merged = attributes(&[("a", 1), ("b", 2)]);
        merged.update(attributes(&[("a", 3), ("c", 4)]));
        let expected = attributes(&[("b", 2), ("a", 3), ("c", 4)]);
        assert_eq!(merged.bytes(), expected.bytes());
        assert_eq!(merged.into_entries(), expected.into_entries());
    }
}
