//! Values of a record that others replace.

use std::{fmt::Write as _, mem};

use tracing::Metadata;

use super::{super::FieldValue, Values, values::Kind};

impl Values {
    /// Values of the fields of a span.
    pub(in crate::span) fn of(
        metadata: &'static Metadata<'static>,
        values: &[FieldValue<'_>],
    ) -> Self {
        let mut kept = Self::for_any_record();
        metadata.fields().value_set_all(values).record(&mut kept);
        kept
    }

    /// Values of some fields of a span, which are recorded while it is open.
    pub(super) fn of_late(
        metadata: &'static Metadata<'static>,
        fields: &[(&str, FieldValue<'_>)],
    ) -> Self {
        let mut kept = Self::for_any_record();
        kept.set(metadata, fields);
        kept
    }

    /// Sets fields of a span, in place of older values.
    pub(super) fn set(
        &mut self,
        metadata: &'static Metadata<'static>,
        fields: &[(&str, FieldValue<'_>)],
    ) {
        for field in metadata.fields() {
            let found = fields.iter().find(|(name, _)| *name == field.name());
            if let Some((_, Some(value))) = found {
                let older = self.entries.len();
                value.record(&field, self);
                if self.entries.len() > older {
                    self.forget_one(field.name(), older);
                }
            }
        }
        self.reclaim();
    }

    /// Removes the value of a field from the first entries.
    fn forget_one(&mut self, name: &str, among: usize) {
        let mut older = self.entries.iter().take(among);
        if let Some(index) = older.position(|entry| entry.name == name) {
            let removed = self.entries.remove(index);
            self.unused += removed.bytes();
        }
    }

    /// Removes the value of a field, which another one replaces.
    fn forget(&mut self, name: &str) {
        let unused = &mut self.unused;
        self.entries.retain(|entry| {
            let is_kept = entry.name != name;
            if !is_kept {
                *unused += entry.bytes();
            }
            is_kept
        });
    }

    /// Sets values, in place of older ones of the same fields.
    pub(super) fn update(&mut self, newer: &Self) {
        for entry in &newer.entries {
            self.forget(entry.name);
        }
        self.reclaim();
        self.add(newer);
        self.omitted = self.omitted.max(newer.omitted);
    }

    /// Frees the memory of replaced texts: a field can be set for as long as its call runs.
    fn reclaim(&mut self) {
        if self.unused * 2 <= self.text.len() {
            return;
        }
        let kept = mem::take(self);
        self.metadata = kept.metadata;
        self.is_update = kept.is_update;
        self.omitted = kept.omitted;
        self.is_whole = kept.is_whole;
        self.add(&kept);
    }

    fn add(&mut self, other: &Self) {
        for entry in &other.entries {
            match entry.kind {
                Kind::Text(from, to) => {
                    let text = other.text(from, to);
                    self.add_text(entry.name, |out| out.write_str(text));
                }
                _ => self.entries.push(*entry),
            }
        }
    }
}
