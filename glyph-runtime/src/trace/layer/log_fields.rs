//! Fields of a program's events whose names begin with `log.`.
//!
//! `tracing-opentelemetry` takes them for those in which `tracing-log` describes a record of the `log`
//! crate, and drops them. So they are kept here until the event is added to its span.

use std::{cell::Cell, fmt, ptr::from_ref};

use opentelemetry::{KeyValue, Value};
use tracing::{
    Event, Metadata,
    field::{Field, Visit},
};
use tracing_log::NormalizeEvent;

const PREFIX: &str = "log.";
/// The most events inside of one another whose fields are kept.
const MAX_EVENTS: usize = 4;

/// The fields of one event, by its callsite.
type Kept = (CallsiteKey, Vec<KeyValue>);

/// The address of the metadata of a callsite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallsiteKey(usize);

thread_local! {
    /// Those of the innermost event are the last.
    static KEPT: Cell<Vec<Kept>> = const { Cell::new(Vec::new()) };
}

impl CallsiteKey {
    /// Returns the key of an event with such fields. `None` for a record of the `log` crate.
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        let metadata: &'static Metadata<'static> = event.metadata();
        let mut fields = metadata.fields().iter();
        let has_any = fields.any(|field| field.name().starts_with(PREFIX));
        (has_any && !event.is_log()).then(|| Self(from_ref(metadata).addr()))
    }

    /// Keeps the fields of the event.
    pub(super) fn keep(self, event: &Event<'_>) {
        let mut fields = LogFields(Vec::new());
        // A value that is formatted may log, and that event is added before this one is kept.
        event.record(&mut fields);
        with_kept(|kept| {
            if kept.len() == MAX_EVENTS {
                kept.remove(0);
            }
            kept.push((self, fields.0));
        });
    }

    /// Returns the fields of the innermost event of this callsite, and keeps them no longer.
    pub(super) fn take(self) -> Vec<KeyValue> {
        let mut fields = Vec::new();
        with_kept(|kept| {
            if let Some(last) = kept.iter().rposition(|(callsite, _)| *callsite == self) {
                fields = kept.remove(last).1;
            }
        });
        fields
    }
}

fn with_kept(change: impl FnOnce(&mut Vec<Kept>)) {
    let _thread_ends = KEPT.try_with(|cell| {
        let mut kept = cell.take();
        change(&mut kept);
        cell.set(kept);
    });
}

/// Collects them as attributes.
struct LogFields(Vec<KeyValue>);

impl LogFields {
    fn add(&mut self, field: &Field, value: impl FnOnce() -> Value) {
        if field.name().starts_with(PREFIX) {
            self.0.push(KeyValue::new(field.name(), value()));
        }
    }
}

/// Returns an integer, or text for one that OpenTelemetry does not have.
fn integer<N: Copy + ToString + TryInto<i64>>(value: N) -> Value {
    let integer = value.try_into();
    integer.map_or_else(|_| Value::from(value.to_string()), Value::I64)
}

impl Visit for LogFields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, || value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, || value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, || value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, || integer(value));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, || integer(value));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, || integer(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, || value.to_owned().into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, || format!("{value:?}").into());
    }

    // `tracing-opentelemetry` drops no error.
    fn record_error(&mut self, _: &Field, _: &(dyn std::error::Error + 'static)) {}
}
