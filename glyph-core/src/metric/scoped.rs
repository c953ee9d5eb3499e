//! Recording inside of a scope.
//!
//! Code outside of scopes does not run this: a thread that enters a scope hides its cells, and only
//! recording that misses them asks for the cells of the scope.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{ExemplarSlots, Metric, MetricState, TargetCells, slab::Writer};
use crate::descriptor::MOST_LABELS;

/// The number of observations counted under `other`, by the scope label whose limit was reached.
pub(super) type Overflowed = [AtomicU64; MOST_LABELS];

impl Metric {
    /// Returns the cells of a series in the current scope, if the running code is in one.
    pub(super) fn scoped(
        &'static self,
        series: usize,
    ) -> Option<(Writer<'static>, &'static MetricState)> {
        let TargetCells { cells, overflowed } = self.parts.cells.target_cells()?;
        if overflowed != 0 {
            self.state().overflow(overflowed);
        }
        match cells.series(self, series) {
            Some((cells, state)) => Some((Writer::Shared(cells), state)),
            // Index out of range: discard the observation.
            None => Some((Writer::Shared(&[]), self.parts.state)),
        }
    }

    /// Returns the indices of the cells of a series among those of its catalog.
    pub(super) fn cells_of(&self, series: usize) -> std::ops::Range<usize> {
        let start = self
            .parts
            .first
            .saturating_add(series.saturating_mul(self.width));
        start..start.saturating_add(self.width)
    }
}

impl MetricState {
    /// Makes this series present, and the ones that appear with it.
    #[inline]
    pub(super) fn appear_series(&self, metric: &Metric, series: usize) {
        if metric.group == metric.series_count {
            return self.appear(0, 1);
        }
        let group = metric.group.max(1);
        self.appear(series / group, metric.series_count / group);
    }

    /// Returns the first group of series from `group` on that was recorded.
    ///
    /// Most groups of most scopes are absent, so 64 are skipped at a time. `Acquire`: a reader that
    /// sees a group also sees what was recorded before it appeared.
    pub(super) fn appeared_from(&self, group: usize) -> Option<usize> {
        let mut words = self.appeared.get()?.iter().enumerate().skip(group / 64);
        let first_of = |(index, bits): (usize, u64)| {
            (bits != 0).then(|| index * 64 + bits.trailing_zeros() as usize)
        };
        let (index, word) = words.next()?;
        let from_here = word.load(Acquire) & (u64::MAX << (group % 64));
        let rest = words.map(|(index, word)| (index, word.load(Acquire)));
        first_of((index, from_here)).or_else(|| rest.into_iter().find_map(first_of))
    }

    /// Returns the exemplars of a metric.
    pub(super) fn exemplars_of(&self, metric: &Metric) -> &ExemplarSlots {
        let buckets = || metric.series_count.saturating_mul(metric.buckets());
        self.exemplars.get_or_init(|| ExemplarSlots::new(buckets()))
    }

    #[cold]
    fn overflow(&self, labels: u32) {
        let counts = self
            .overflowed
            .get_or_init(|| Box::new([const { AtomicU64::new(0) }; MOST_LABELS]));
        for (label, count) in counts.iter().enumerate() {
            if labels & (1 << label) != 0 {
                count.fetch_add(1, Relaxed);
            }
        }
    }

    /// Returns the number of observations counted under `other` because this scope label had
    /// reached its limit.
    pub(super) fn overflowed(&self, label: usize) -> u64 {
        let counts = self.overflowed.get();
        let count = counts.and_then(|counts| counts.get(label));
        count.map_or(0, |count| count.load(Relaxed))
    }

    /// Removes the exemplars of a series. No other thread may use them meanwhile.
    pub(super) fn forget_exemplars(&self, metric: &Metric, series: usize) {
        if let Some(exemplars) = self.exemplars.get() {
            let buckets = metric.buckets();
            exemplars.clear(series * buckets..(series + 1) * buckets);
        }
    }

    /// Resets all but cells and exemplars. No other thread may record or read meanwhile.
    pub(super) fn clear(&self) {
        for word in self.appeared.get().into_iter().flatten() {
            word.store(0, Release);
        }
        self.was_set.store(false, Relaxed);
    }
}
