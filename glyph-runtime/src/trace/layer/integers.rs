//! Integers that OpenTelemetry has no type for.
//!
//! `tracing-opentelemetry` turns unsigned and 128-bit integers into text. The fields are noted at
//! their callsite here, and the tracer and its spans turn the text into an integer again.

use std::fmt;

use opentelemetry::{KeyValue, Value};
use tracing::field::{Field, Visit};

use super::callsites::Callsite;

/// Finds the fields that are unsigned or 128-bit integers.
pub(super) struct Integers {
    callsite: Option<&'static Callsite>,
    found: bool,
}

impl Integers {
    /// Notes them at a callsite.
    pub(super) const fn of(callsite: &'static Callsite) -> Self {
        Self {
            callsite: Some(callsite),
            found: false,
        }
    }

    /// Returns whether there are any in what `record` visits.
    pub(super) fn are_in(record: impl FnOnce(&mut Self)) -> bool {
        let mut integers = Self {
            callsite: None,
            found: false,
        };
        record(&mut integers);
        integers.found
    }

    fn note(&mut self, field: &Field) {
        self.found = true;
        if let Some(callsite) = self.callsite {
            callsite.note_integer(field.name());
        }
    }
}

impl Visit for Integers {
    fn record_u64(&mut self, field: &Field, _: u64) {
        self.note(field);
    }

    fn record_u128(&mut self, field: &Field, _: u128) {
        self.note(field);
    }

    fn record_i128(&mut self, field: &Field, _: i128) {
        self.note(field);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    // The default would format these.

    fn record_str(&mut self, _: &Field, _: &str) {}

    fn record_bytes(&mut self, _: &Field, _: &[u8]) {}

    fn record_error(&mut self, _: &Field, _: &(dyn std::error::Error + 'static)) {}
}

/// Turns an attribute from a field of `callsite` into an integer, if the field is one. What is
/// beyond the integers of OpenTelemetry stays text, and so does a text that no integer is written as.
pub(super) fn restore(attribute: &mut KeyValue, callsite: &Callsite) {
    if let Value::String(text) = &attribute.value
        && callsite.is_integer(attribute.key.as_str())
        && let Ok(integer) = text.as_str().parse::<i64>()
        && itoa::Buffer::new().format(integer) == text.as_str()
    {
        attribute.value = Value::I64(integer);
    }
}
