//! What a page asks of a metric.

use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::{Metric, MetricState};
use crate::catalog::Kind;

impl Metric {
    /// The rows that are there, in order.
    pub(crate) fn present_rows(&'static self) -> impl Iterator<Item = usize> + Send {
        let groups = self.rows / self.group.max(1);
        (0..groups)
            .filter(|group| !self.appearing || self.state().has_appeared(*group))
            .flat_map(|group| group * self.group..(group + 1) * self.group)
    }

    /// Whether any exemplar was ever kept.
    pub(crate) fn has_exemplars(&self) -> bool {
        self.state().exemplars.get().is_some()
    }

    pub(crate) fn is_histogram(&self) -> bool {
        self.parts.descriptor.kind == Kind::Histogram
    }

    /// Values that were no numbers, or out of range.
    pub(crate) fn refused(&self) -> u64 {
        self.state().refused.load(Relaxed)
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
