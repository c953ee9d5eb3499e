//! What is recorded inside a scope of the catalog's.
//!
//! Recording outside of scopes knows nothing of this: a thread that enters a scope puts its own cells aside, and
//! misses them.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{Block, ExemplarSlots, Metric, MetricState, slab::Writer};
use crate::scope::labels::MOST_LABELS;

/// Where the running code records, while it is in a scope.
#[derive(Clone, Copy)]
pub(crate) struct InBlock {
    pub(crate) block: &'static Block,
    /// A bit for each of the scope's labels whose value is past its bound.
    pub(crate) overflowed: u32,
}

/// How many observations went to `other`, by the scope's labels.
pub(super) type Overflowed = [AtomicU64; MOST_LABELS];

impl Metric {
    /// A row's cells in the current scope, to be written, if there is one.
    pub(super) fn scoped(
        &'static self,
        row: usize,
    ) -> Option<(Writer<'static>, &'static MetricState)> {
        let InBlock { block, overflowed } = self.parts.storage.block()?;
        if overflowed != 0 {
            self.state().overflow(overflowed);
        }
        match block.row(self, row) {
            Some((cells, state)) => Some((Writer::Shared(cells), state)),
            // No such row: nothing is recorded, here or elsewhere.
            None => Some((Writer::Shared(&[]), self.parts.state)),
        }
    }

    /// The cells of a row, as they are numbered in its catalog.
    pub(super) fn cells_of(&self, row: usize) -> std::ops::Range<usize> {
        let start = self
            .parts
            .first
            .saturating_add(row.saturating_mul(self.width));
        start..start.saturating_add(self.width)
    }
}

impl MetricState {
    /// Makes the rows that appear together with this one present.
    #[inline]
    pub(super) fn appear_row(&self, metric: &Metric, row: usize) {
        if metric.group == metric.rows {
            return self.appear(0, 1);
        }
        let group = metric.group.max(1);
        self.appear(row / group, metric.rows / group);
    }

    /// The next group of rows, from this one on, that anything was recorded in.
    ///
    /// Most groups of most scopes are absent: they are passed over 64 at a time.
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

    /// Room for the metric's exemplars.
    pub(super) fn exemplars_of(&self, metric: &Metric) -> &ExemplarSlots {
        let buckets = || metric.rows.saturating_mul(metric.buckets());
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

    /// How many observations went to `other` because this label of the scope had reached its bound.
    pub(super) fn overflowed(&self, label: usize) -> u64 {
        let counts = self.overflowed.get();
        let count = counts.and_then(|counts| counts.get(label));
        count.map_or(0, |count| count.load(Relaxed))
    }

    /// Forgets the exemplars of a row. Nobody keeps or reads one meanwhile.
    pub(super) fn forget_exemplars(&self, metric: &Metric, row: usize) {
        if let Some(exemplars) = self.exemplars.get() {
            let buckets = metric.buckets();
            exemplars.clear(row * buckets..(row + 1) * buckets);
        }
    }

    /// As if nothing had been recorded, but for cells and exemplars. Nobody records or reads meanwhile.
    pub(super) fn clear(&self) {
        for word in self.appeared.get().into_iter().flatten() {
            word.store(0, Release);
        }
        self.was_set.store(false, Relaxed);
    }
}
