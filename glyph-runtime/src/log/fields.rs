//! Fields of an event or a span, rendered once as JSON.

use std::{error::Error, fmt, ops::Range};

use tracing::field::{Field, Visit};

use super::{settings::Limits, text};
pub(super) use crate::context::ids::MESSAGE;
use crate::redaction::{REDACTED, Redaction};

/// What decides whether and how far a field is kept.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) redaction: Redaction,
    pub(super) limits: Limits,
}

/// Names and their values as JSON. Kept with a span, or reused from event to event.
#[derive(Debug, Default)]
pub(super) struct Fields {
    text: Vec<u8>,
    entries: Vec<(&'static str, Range<usize>)>,
    omitted: usize,
}

impl Fields {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.entries.clear();
        self.omitted = 0;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.entries
            .iter()
            .filter_map(|(name, range)| Some((*name, self.text.get(range.clone())?)))
    }

    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        self.iter()
            .find(|field| field.0 == name)
            .map(|field| field.1)
    }

    /// How many fields there was no room for.
    pub(super) fn omitted(&self) -> usize {
        self.omitted
    }

    /// These, after the older ones that they do not replace.
    pub(super) fn over(&self, older: &Self) -> Self {
        let mut merged = Self {
            omitted: self.omitted.max(older.omitted),
            ..Self::default()
        };
        let kept = older.iter().filter(|(name, _)| self.value(name).is_none());
        for (name, value) in kept.chain(self.iter()) {
            merged.add(name, |text| text.extend_from_slice(value));
        }
        merged
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.omitted == 0
    }

    fn add(&mut self, name: &'static str, render: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        render(&mut self.text);
        self.entries.push((name, start..self.text.len()));
    }
}

/// Fills [`Fields`] from what `tracing` records.
pub(super) struct Collector<'a> {
    pub(super) fields: &'a mut Fields,
    pub(super) policy: &'a Policy,
    /// Whether fields are those that `tracing-log` describes a `log` record with.
    pub(super) bridged: bool,
}

impl Collector<'_> {
    fn add(&mut self, field: &Field, render: impl FnOnce(&mut Vec<u8>, usize)) {
        let name = field.name();
        let name = name.strip_prefix("r#").unwrap_or(name);
        if self.bridged && name.starts_with("log.") {
            return;
        }
        let limits = &self.policy.limits;
        let message = name == MESSAGE;
        let room = limits.line_bytes.saturating_sub(self.fields.text.len());
        if !message && (self.fields.entries.len() >= limits.fields || room == 0) {
            self.fields.omitted += 1;
        } else if self.policy.redaction.covers(name) {
            self.fields
                .add(name, |text| text::push_json(text, &REDACTED));
        } else {
            let room = if message { usize::MAX } else { room };
            let room = room.min(limits.value_bytes);
            self.fields.add(name, |text| render(text, room));
        }
    }
}

impl Visit for Collector<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, |text, _| text::push_f64(text, value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, |text, _| text::push_json(text, &value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, |text, _| text::push_json(text, &value));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, |text, _| text::push_i128(text, value));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, |text, _| text::push_u128(text, value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, |text, _| text::push_json(text, &value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, |text, room| text::push_str(text, value, room));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.add(field, |text, room| text::push_error(text, value, room));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, |text, room| text::push_debug(text, value, room));
    }
}
