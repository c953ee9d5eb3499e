//! Metrics as they are exposed: as declared, or as a view of the program changes them.
//!
//! Recording knows nothing of this. A reader leaves out labels and bucket bounds by adding up cells.

use std::{iter, ops::Range};

use super::{Metric, PresentSeries};
use crate::descriptor::{Kind, MetricDescriptor};

/// How the series of a gauge become one, if a view leaves out a label that distinguishes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GaugeMerge {
    /// Their sum: lengths of queues, open connections.
    #[default]
    Sum,
    /// The highest: ages, temperatures.
    Max,
    /// The lowest: free space.
    Min,
    /// Their average: ratios.
    Average,
}

/// A declared metric, and how it is exposed.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ExposedMetric {
    metric: &'static Metric,
    descriptor: &'static MetricDescriptor,
    changes: Option<&'static SeriesChanges>,
}

/// What differs between the cells of a metric and its exposed series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeriesChanges {
    /// Whether each declared label is left out; empty if all are kept.
    pub(crate) left_out: Vec<bool>,
    pub(crate) merge: GaugeMerge,
    /// The index of the last declared bucket of each exposed bucket; empty if all are kept.
    pub(crate) ends: Vec<usize>,
}

impl ExposedMetric {
    /// A metric as it is declared.
    #[must_use]
    pub const fn declared(metric: &'static Metric) -> Self {
        Self {
            metric,
            descriptor: metric.descriptor(),
            changes: None,
        }
    }

    /// A metric under another descriptor, with changed series.
    pub(crate) const fn changed(
        metric: &'static Metric,
        descriptor: &'static MetricDescriptor,
        changes: Option<&'static SeriesChanges>,
    ) -> Self {
        Self {
            metric,
            descriptor,
            changes,
        }
    }

    /// The declared metric.
    #[must_use]
    pub const fn metric(&self) -> &'static Metric {
        self.metric
    }

    /// The name, the labels and the buckets that are exposed. The alerts, objectives and panels are
    /// those of the declaration.
    #[must_use]
    pub const fn descriptor(&self) -> &'static MetricDescriptor {
        self.descriptor
    }

    /// How the series of a gauge are merged, if a label is left out.
    #[must_use]
    pub fn merge(&self) -> GaugeMerge {
        self.changes
            .map_or(GaugeMerge::Sum, |changes| changes.merge)
    }

    /// Whether the label with this index in the declaration is exposed.
    #[must_use]
    pub fn keeps_label(&self, index: usize) -> bool {
        self.changes.is_none_or(|changes| changes.keeps(index))
    }

    /// Whether both expose the same.
    #[must_use]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.descriptor.name == other.descriptor.name && self.changes == other.changes
    }

    /// Returns the exposed series that are present in order: those outside of scopes, then scope by
    /// scope.
    #[must_use]
    pub fn present_series(self) -> Box<dyn Iterator<Item = PresentSeries> + Send> {
        let Some(changes) = self.changes else {
            return Box::new(self.metric.present_series());
        };
        if changes.left_out.is_empty() {
            let series = self.metric.present_series();
            return Box::new(series.map(|series| series.changed(changes, Box::default())));
        }
        let scopes = self.metric.present_by_scope();
        Box::new(scopes.flat_map(move |series| self.merged(series, changes)))
    }

    /// Joins the series of one scope that differ only in labels that are left out.
    fn merged(
        self,
        series: impl Iterator<Item = PresentSeries>,
        changes: &'static SeriesChanges,
    ) -> impl Iterator<Item = PresentSeries> + Send {
        let mut series = series.peekable();
        let any = series.peek().map(|series| series.at(series.index()));
        // Two numbers for each series, since a metric can have a million of them.
        let indices = series.map(|series| series.index());
        let mut indices: Vec<_> = indices
            .map(|index| (self.key_of(changes, index), index))
            .collect();
        indices.sort_unstable();
        let mut rest = indices.into_iter().peekable();
        iter::from_fn(move || {
            let (key, first) = rest.next()?;
            let others = iter::from_fn(|| rest.next_if(|(other, _)| *other == key));
            let others = others.map(|(_, index)| index).collect();
            any.as_ref()
                .map(|any| any.at(first).changed(changes, others))
        })
    }

    /// Returns the index of a series without the digits of the labels that are left out.
    fn key_of(&self, changes: &SeriesChanges, series: usize) -> usize {
        let labels = self.metric.descriptor().labels.iter();
        let labels = labels.zip(self.metric.strides()).enumerate();
        let left_out = labels.filter(|(index, _)| !changes.keeps(*index));
        let digits = left_out.map(|(_, (label, stride))| {
            let stride = stride.stride().max(1);
            series / stride % label.radix().max(1) * stride
        });
        series.saturating_sub(digits.sum())
    }
}

impl SeriesChanges {
    /// Whether the label with this index is exposed.
    pub(crate) fn keeps(&self, label: usize) -> bool {
        !self.left_out.get(label).copied().unwrap_or_default()
    }

    /// Returns the declared buckets that an exposed bucket has.
    pub(super) fn declared_buckets(&self, bucket: usize) -> Range<usize> {
        if self.ends.is_empty() {
            return bucket..bucket + 1;
        }
        let end = |index: usize| self.ends.get(index).map_or(0, |last| last + 1);
        bucket.checked_sub(1).map_or(0, end)..end(bucket)
    }

    /// Adds the cells of another series.
    pub(super) fn merge(&self, metric: &Metric, cells: &mut [u64], other: &[u64]) {
        let (Kind::Gauge, [value], [other]) = (metric.descriptor().kind, &mut *cells, other) else {
            return metric.add_cells(cells, other);
        };
        let (left, right) = (f64::from_bits(*value), f64::from_bits(*other));
        match self.merge {
            GaugeMerge::Sum | GaugeMerge::Average => metric.add_cells(cells, &[right.to_bits()]),
            GaugeMerge::Max => *value = left.max(right).to_bits(),
            GaugeMerge::Min => *value = left.min(right).to_bits(),
        }
    }

    /// Completes the cells of `count` series that were added up.
    #[expect(clippy::cast_precision_loss, reason = "a metric has far fewer series")]
    pub(super) fn finish(&self, metric: &Metric, count: usize, cells: &mut Vec<u64>) {
        if let (Kind::Gauge, GaugeMerge::Average, [value]) =
            (metric.descriptor().kind, self.merge, &mut **cells)
        {
            *value = (f64::from_bits(*value) / count as f64).to_bits();
        }
        if !self.ends.is_empty() {
            self.join_buckets(cells);
        }
    }

    /// Adds up the declared buckets of each exposed one. The sum, the last cell, stays.
    fn join_buckets(&self, cells: &mut Vec<u64>) {
        let sum = cells.pop();
        let joined = (0..self.ends.len()).map(|bucket| {
            let counts = cells.get(self.declared_buckets(bucket)).unwrap_or_default();
            counts.iter().copied().fold(0, u64::saturating_add)
        });
        *cells = joined.chain(sum).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::SeriesChanges;

    #[test]
    fn each_declared_bucket_is_in_one_exposed_bucket() {
        // Declared bounds 1, 2, 4 and 8; the view has 2 and 8.
        let changes = SeriesChanges {
            ends: vec![1, 3, 4],
            ..SeriesChanges::default()
        };
        let ranges = [0, 1, 2].map(|bucket| changes.declared_buckets(bucket));
        assert_eq!(ranges, [0..2, 2..4, 4..5]);
        let mut cells = vec![1, 2, 3, 4, 5, 77];
        changes.join_buckets(&mut cells);
        assert_eq!(cells, [3, 7, 5, 77]);
    }
}
