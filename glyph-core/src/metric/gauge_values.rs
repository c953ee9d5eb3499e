//! The values that gauges were set to.

use std::sync::{OnceLock, atomic::AtomicU64};

use super::atomic::number;
use crate::sync::get_or_create;

/// The values of the series of a gauge that were set.
///
/// Before a series is set, its value is the sum of its cells. From the first `set` on its value is
/// here alone: the cells of threads cannot be reset, because their owners write them with a plain
/// load and store. An addition at the moment of the first `set` counts as before it.
#[derive(Debug)]
pub(crate) struct GaugeValues {
    set: OnceLock<Box<[AtomicU64]>>,
}

impl GaugeValues {
    pub(super) const fn new() -> Self {
        Self {
            set: OnceLock::new(),
        }
    }

    /// Whether any series was ever set.
    pub(super) fn was_set(&self) -> bool {
        self.set.get().is_some()
    }

    /// Returns the value of a series that was set.
    pub(super) fn value(&self, series: usize) -> Option<f64> {
        number::read(self.set.get()?.get(series)?)
    }

    /// Sets one of `count` series to a finite value.
    pub(super) fn set(&self, count: usize, series: usize, value: f64) {
        let words = get_or_create(&self.set, || bytemuck::zeroed_slice_box(count));
        if let Some(word) = words.get(series) {
            number::set(word, value);
        }
    }

    /// Adds to a series that was set. Returns `None` if it was not, and `false` if the result is
    /// not finite.
    pub(super) fn add_to_set(&self, series: usize, amount: f64) -> Option<bool> {
        number::add(self.set.get()?.get(series)?, amount)
    }

    /// Resets a series. No other thread may record or read meanwhile.
    pub(super) fn clear(&self, series: usize) {
        if let Some(word) = self.set.get().and_then(|set| set.get(series)) {
            number::clear(word);
        }
    }
}
