//! The changes of scope labels, each reported once for all metrics in the scope.

use std::collections::BTreeMap;

use super::pairs;
use crate::{
    change::{Change, ScopeChange},
    schema::{LabelSchema, MetricSchema},
};

/// The changes of scope labels, with their metrics.
#[derive(Default)]
pub(super) struct ScopeChanges {
    metrics: BTreeMap<ScopeChange, Vec<String>>,
}

impl ScopeChanges {
    /// Records the changes of a metric's scope labels. Returns both metrics without these labels.
    ///
    /// A label that moved between the label set and the scope stays in both metrics, so that it is
    /// compared as one of the label set.
    pub(super) fn take(
        &mut self,
        old: &MetricSchema,
        new: &MetricSchema,
    ) -> (MetricSchema, MetricSchema) {
        let (mut gone, before) = split(old, new);
        let (mut fresh, now) = split(new, old);
        let same = |from: &LabelSchema, to: &LabelSchema| from.name == to.name;
        for (from, to) in pairs(&mut gone, &mut fresh, same) {
            let label = to.name;
            if let (Some(from), Some(to)) = (from.max, to.max)
                && from != to
            {
                self.note(ScopeChange::LimitChanged { label, from, to }, new);
            }
        }
        let alike = |from: &LabelSchema, to: &LabelSchema| from.max == to.max;
        for (from, to) in pairs(&mut gone, &mut fresh, alike) {
            let (from, to) = (from.name, to.name);
            self.note(ScopeChange::LabelRenamed { from, to }, new);
        }
        for LabelSchema { name: label, .. } in gone {
            self.note(ScopeChange::LabelRemoved { label }, new);
        }
        for LabelSchema { name: label, .. } in fresh {
            self.note(ScopeChange::LabelAdded { label }, new);
        }
        (before, now)
    }

    fn note(&mut self, change: ScopeChange, metric: &MetricSchema) {
        let metrics = self.metrics.entry(change).or_default();
        metrics.push(metric.name.clone());
    }

    /// Returns the recorded changes.
    pub(super) fn into_changes(self) -> impl Iterator<Item = Change> {
        let changes = self.metrics.into_iter();
        changes.map(|(change, metrics)| Change::Scope { change, metrics })
    }
}

/// Splits a metric into its scope labels and the metric without them.
fn split(metric: &MetricSchema, other: &MetricSchema) -> (Vec<LabelSchema>, MetricSchema) {
    let is_own = |name: &str| {
        let mut labels = other.labels.iter();
        labels.any(|label| label.name == name && !label.scope)
    };
    let mut rest = metric.clone();
    let (scope, own) = rest
        .labels
        .into_iter()
        .partition(|label| label.scope && !is_own(&label.name));
    rest.labels = own;
    (scope, rest)
}
