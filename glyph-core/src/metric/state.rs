//! The state of a metric next to its cells: which series are present, exemplars, rejected
//! observations.

use std::sync::{
    OnceLock,
    atomic::{
        AtomicU64, AtomicUsize,
        Ordering::{Relaxed, Release},
    },
};

use super::{Scale, exemplar_slots::ExemplarSlots, gauge_values::GaugeValues, scoped::Overflowed};
use crate::{descriptor::MetricDescriptor, sync::get_or_create};

/// No cell has this index, nor the index of a series after it.
const NO_CELL: usize = usize::MAX / 2;

/// The state of a metric next to its cells.
#[doc(hidden)]
#[derive(Debug)]
pub struct MetricState {
    /// The index of the metric's first cell among those of a thread. [`NO_CELL`] once threads have
    /// to look at what they share before they record: the value that a gauge was set to, or a total
    /// that is close to its end.
    first: AtomicUsize,
    /// `first`, if one unit of a counter increases a cell by one. Otherwise [`NO_CELL`]:
    /// incrementing then takes the path that knows the step.
    first_of_ones: AtomicUsize,
    /// A bit for each group of series that has been recorded.
    pub(super) appeared: OnceLock<Box<[AtomicU64]>>,
    pub(super) exemplars: OnceLock<ExemplarSlots>,
    pub(super) rejected: AtomicU64,
    pub(super) gauge: GaugeValues,
    pub(super) overflowed: OnceLock<Box<Overflowed>>,
}

impl MetricState {
    /// The state of a metric whose first cell in its catalog has this index.
    #[must_use]
    pub const fn new(descriptor: &MetricDescriptor, first: usize) -> Self {
        let ones = match Scale::of(descriptor.unit).step() {
            1 => first,
            _ => NO_CELL,
        };
        Self::with_cells(first, ones)
    }

    /// The state of a metric in a scope, or in a capture: threads have no cells there.
    pub(super) const fn apart() -> Self {
        Self::with_cells(NO_CELL, NO_CELL)
    }

    const fn with_cells(first: usize, first_of_ones: usize) -> Self {
        Self {
            first: AtomicUsize::new(first),
            first_of_ones: AtomicUsize::new(first_of_ones),
            appeared: OnceLock::new(),
            exemplars: OnceLock::new(),
            rejected: AtomicU64::new(0),
            gauge: GaugeValues::new(),
            overflowed: OnceLock::new(),
        }
    }

    /// Returns the index of the metric's first cell among those of a thread.
    ///
    /// `Relaxed`: a thread that has not seen a change yet records as if before the change.
    #[inline]
    pub(super) fn first(&self) -> usize {
        self.first.load(Relaxed)
    }

    /// [`first`](Self::first) for an increment by one.
    #[inline]
    pub(super) fn first_of_ones(&self) -> usize {
        self.first_of_ones.load(Relaxed)
    }

    /// Whether threads may record in their own cells.
    pub(super) fn is_owned(&self) -> bool {
        self.first() != NO_CELL
    }

    /// Lets all threads record on the path that looks at what they share, from now on.
    #[cold]
    pub(super) fn share(&self) {
        self.first.store(NO_CELL, Relaxed);
        self.first_of_ones.store(NO_CELL, Relaxed);
    }

    /// Returns the value of a series of a gauge: the one that it was set to, or what was added to
    /// its cells.
    #[expect(
        clippy::cast_precision_loss,
        reason = "integers beyond 2^53 round, as in the exposition"
    )]
    pub(super) fn gauge_value<'c>(
        &self,
        series: usize,
        cells: impl Iterator<Item = &'c [AtomicU64]>,
    ) -> f64 {
        if let Some(set) = self.gauge.value(series) {
            return set;
        }
        let (mut integers, mut others) = (0, 0.0);
        for cells in cells {
            if let [other, integer] = cells {
                integers += i128::from(integer.load(Relaxed).cast_signed());
                others += f64::from_bits(other.load(Relaxed));
            }
        }
        others + integers as f64
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
        Self::apart()
    }
}
