//! The numbers of gauges that are not integers, and the values that gauges were set to.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use super::atomic::{cell::add_shared_float, number};
use crate::sync::get_or_create;

/// The values that the series of a gauge have besides the integers in their cells.
///
/// Before a series is set, its value is the sum of its cells and of what is in `added`. From the
/// first `set` on its value is in `set` alone: the cells of threads cannot be reset, because their
/// owners write them with a plain load and store. An addition at the moment of the first `set`
/// counts as before it.
#[derive(Debug)]
pub(crate) struct GaugeValues {
    set: OnceLock<Box<[AtomicU64]>>,
    added: OnceLock<Box<[AtomicU64]>>,
}

impl GaugeValues {
    pub(super) const fn new() -> Self {
        Self {
            set: OnceLock::new(),
            added: OnceLock::new(),
        }
    }

    /// Whether any series was ever set.
    #[inline]
    pub(super) fn was_set(&self) -> bool {
        self.set.get().is_some()
    }

    /// Whether a series was ever set.
    #[inline]
    pub(super) fn was_set_at(&self, series: usize) -> bool {
        self.was_set() && self.value(series).is_some()
    }

    /// Returns the value of a series that was set.
    pub(super) fn value(&self, series: usize) -> Option<f64> {
        number::read(self.set.get()?.get(series)?)
    }

    /// Returns the sum of what was added to a series besides the integers in its cells.
    pub(super) fn added(&self, series: usize) -> f64 {
        let added = self.added.get().and_then(|added| added.get(series));
        added.map_or(0.0, |bits| f64::from_bits(bits.load(Relaxed)))
    }

    /// Sets one of `count` series to a finite value.
    pub(super) fn set(&self, count: usize, series: usize, value: f64) {
        if let Some(word) = zeroed(&self.set, count).get(series) {
            number::set(word, value);
        }
    }

    /// Adds to a series that was set. Returns `None` if it was not, and `false` if the result is
    /// not finite.
    pub(super) fn add_to_set(&self, series: usize, amount: f64) -> Option<bool> {
        number::add(self.set.get()?.get(series)?, amount)
    }

    /// Adds to one of `count` series that was not set. Returns `false` if the result is not finite.
    pub(super) fn add(&self, count: usize, series: usize, amount: f64) -> bool {
        let sum = zeroed(&self.added, count).get(series);
        sum.is_none_or(|sum| add_shared_float(sum, amount))
    }

    /// Resets a series. No other thread may record or read meanwhile.
    pub(super) fn clear(&self, series: usize) {
        if let Some(word) = self.set.get().and_then(|set| set.get(series)) {
            number::clear(word);
        }
        if let Some(sum) = self.added.get().and_then(|added| added.get(series)) {
            sum.store(0, Relaxed);
        }
    }
}

fn zeroed(words: &OnceLock<Box<[AtomicU64]>>, count: usize) -> &[AtomicU64] {
    get_or_create(words, || bytemuck::zeroed_slice_box(count)).as_ref()
}
