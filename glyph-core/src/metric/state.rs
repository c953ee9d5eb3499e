//! The state of a metric next to its cells: which series are present, exemplars, rejected
//! observations.

use std::sync::{
    OnceLock,
    atomic::{
        AtomicBool, AtomicU64,
        Ordering::{Relaxed, Release},
    },
};

use super::{ExemplarSlots, scoped::Overflowed};

/// The state of a metric next to its cells.
#[doc(hidden)]
#[derive(Debug)]
pub struct MetricState {
    /// A bit for each group of series that has been recorded.
    pub(super) appeared: OnceLock<Box<[AtomicU64]>>,
    pub(super) exemplars: OnceLock<ExemplarSlots>,
    pub(super) rejected: AtomicU64,
    /// Whether a gauge was ever set, and not only added to. Maintained only in scopes, where it
    /// decides whether the gauge keeps the scope.
    pub(super) was_set: AtomicBool,
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
            was_set: AtomicBool::new(false),
            overflowed: OnceLock::new(),
        }
    }

    /// Makes a group of series present.
    #[inline]
    pub(super) fn appear(&self, group: usize, groups: usize) {
        let words = self
            .appeared
            .get_or_init(|| bytemuck::zeroed_slice_box(groups.div_ceil(64)));
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

#[cfg(feature = "testing")]
impl crate::isolation::Isolated for MetricState {
    type Captured = Self;

    fn fresh(&self) -> Self {
        Self::new()
    }
}
