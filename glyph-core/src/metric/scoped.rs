//! Recording inside of a scope.
//!
//! Code outside of scopes does not run this: a thread that enters a scope hides its cells, and only
//! recording that misses them asks for the cells of the scope.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{Metric, MetricState, TargetCells, ThreadCells, slab::Writer};
use crate::{descriptor::MOST_LABELS, sync::get_or_create};

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
            Some((cells, state)) => Some((Writer::Scoped(cells), state)),
            // Index out of range: discard the observation.
            None => Some((Writer::Scoped(&[]), self.parts.state)),
        }
    }

    /// Whether series of the metric may be absent. A thread without cells of its own may be in a
    /// scope, where all are at first.
    #[inline]
    pub(crate) fn may_be_absent(&self, own: ThreadCells) -> bool {
        self.appearing || own.is_empty()
    }

    /// Makes a series present that every call feeds, for a call without an observation: the errors
    /// of a call without one. Series of sparse metrics stay absent.
    #[cold]
    pub(crate) fn appear_with_call(&'static self, own: ThreadCells, series: usize) {
        // A thread with cells of its own is in no scope.
        let target = || self.parts.cells.target_cells();
        match own.is_empty().then(target).flatten() {
            _ if self.parts.descriptor.sparse => {}
            Some(TargetCells { cells, .. }) => cells.appear(self, series),
            None => self.appear(series),
        }
    }
}

impl MetricState {
    /// Makes this series present, and the ones that appear with it.
    #[inline]
    pub(super) fn appear_series(&self, metric: &Metric, series: usize) {
        if metric.group == metric.series_count {
            return self.appear(0, || 1);
        }
        let group = metric.group.max(1);
        self.appear(series / group, || metric.series_count / group);
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

    #[cold]
    fn overflow(&self, labels: u32) {
        let counts = get_or_create(&self.overflowed, || {
            Box::new([const { AtomicU64::new(0) }; MOST_LABELS])
        });
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

    /// Resets which series are present. No other thread may record or read meanwhile.
    pub(super) fn clear(&self) {
        for word in self.appeared.get().into_iter().flatten() {
            word.store(0, Release);
        }
    }
}
