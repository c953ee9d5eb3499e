//! The state of a metric next to its cells: which series are present, exemplars, rejected
//! observations.

use std::sync::{
    OnceLock,
    atomic::{
        AtomicU64,
        Ordering::{Relaxed, Release},
    },
};

use super::{exemplar_slots::ExemplarSlots, gauge_values::GaugeValues, scoped::Overflowed};
use crate::sync::get_or_create;

/// The state of a metric next to its cells.
#[doc(hidden)]
#[derive(Debug)]
pub struct MetricState {
    /// A bit for each group of series that has been recorded.
    pub(super) appeared: OnceLock<Box<[AtomicU64]>>,
    pub(super) exemplars: OnceLock<ExemplarSlots>,
    pub(super) rejected: AtomicU64,
    pub(super) gauge: GaugeValues,
    pub(super) overflowed: OnceLock<Box<Overflowed>>,
}

impl MetricState {
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "statics need a const constructor, and only they use it"
    )]
    pub const fn new() -> Self {
        Self {
            appeared: OnceLock::new(),
            exemplars: OnceLock::new(),
            rejected: AtomicU64::new(0),
            gauge: GaugeValues::new(),
            overflowed: OnceLock::new(),
        }
    }

    /// Returns the value of a series of a gauge with these cells.
    #[expect(
        clippy::cast_precision_loss,
        reason = "integers beyond 2^53 round, as in the exposition"
    )]
    pub(super) fn gauge_value<'c>(
        &self,
        series: usize,
        cells: impl Iterator<Item = &'c AtomicU64>,
    ) -> f64 {
        if let Some(set) = self.gauge.value(series) {
            return set;
        }
        let integers = cells.map(|cell| cell.load(Relaxed).cast_signed());
        let sum = integers.fold(0, i64::wrapping_add);
        self.gauge.added(series) + sum as f64
    }

    /// Makes a group of series present. `groups` returns their number.
    #[inline]
    pub(super) fn appear(&self, group: usize, groups: impl Fn() -> usize) {
        let words = match self.appeared.get() {
            Some(words) => words,
            None => self.absent(groups()),
        };
        let bit = 1 << (group % 64);
        // The load spares the shared cache line a write at each recording. `Release` pairs with the
        // `Acquire` of `appeared_from`: a reader that sees the bit sees what was recorded before.
        if let Some(word) = words.get(group / 64)
            && word.load(Relaxed) & bit == 0
        {
            word.fetch_or(bit, Release);
        }
    }
}

impl MetricState {
    #[cold]
    fn absent(&self, groups: usize) -> &[AtomicU64] {
        get_or_create(&self.appeared, || {
            bytemuck::zeroed_slice_box(groups.div_ceil(64))
        })
        .as_ref()
    }
}

#[cfg(feature = "testing")]
impl crate::isolation::Isolated for MetricState {
    type Captured = Self;

    fn fresh(&self) -> Self {
        Self::new()
    }
}
