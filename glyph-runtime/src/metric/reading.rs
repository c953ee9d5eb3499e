//! What a page asks of a metric.

use std::{borrow::Cow, sync::atomic::Ordering::Acquire};

use super::{Metric, MetricState};
use crate::label::{LabelDescriptor, LabelValues, Place};

impl Metric {
    /// The rows that are there, in order.
    pub(crate) fn present_rows(&'static self) -> impl Iterator<Item = usize> + Send {
        let groups = self.rows / self.group.max(1);
        (0..groups)
            .filter(|group| !self.appearing || self.state().has_appeared(*group))
            .flat_map(|group| group * self.group..(group + 1) * self.group)
    }

    /// Names and values of a row's labels: the digits of the row, read back.
    pub(crate) fn labels(&self, row: usize) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let labels = self.parts.descriptor.labels.iter().zip(self.parts.places);
        labels.map(move |(label, place)| (label.name, self.value_of(label, place, row)))
    }

    fn value_of(&self, label: &LabelDescriptor, place: &Place, row: usize) -> Cow<'_, str> {
        let digit = row / place.stride.max(1) % label.radix().max(1);
        let value = match (label.values, place.open) {
            (LabelValues::Closed(values), _) => values.get(digit).copied().map(Cow::Borrowed),
            (LabelValues::Open { .. }, Some((index, _))) => self
                .parts
                .open
                .get(index)
                .and_then(|open| open.value(digit)),
            (LabelValues::Open { .. }, None) => None,
        };
        value.unwrap_or_default()
    }

    /// Whether any exemplar was ever kept.
    pub(crate) fn has_exemplars(&self) -> bool {
        self.state().exemplars.get().is_some()
    }

    #[cfg(feature = "prometheus")]
    pub(crate) fn is_histogram(&self) -> bool {
        self.parts.descriptor.kind == crate::catalog::Kind::Histogram
    }

    /// Values that were no numbers, or out of range.
    #[cfg(feature = "prometheus")]
    pub(crate) fn refused(&self) -> u64 {
        self.state()
            .refused
            .load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl MetricState {
    fn has_appeared(&self, group: usize) -> bool {
        self.appeared
            .get()
            .and_then(|words| words.get(group / 64))
            .is_some_and(|word| word.load(Acquire) & (1 << (group % 64)) != 0)
    }
}
