//! The cells of one thread, or those that threads share.

use std::sync::atomic::AtomicU64;

use super::atomic::cell::{add_own, add_own_float, add_shared, add_shared_float};

/// The number of unused cells at both ends: two slabs share no cache line, and no pair of lines
/// that the processor fetches together.
const PADDING: usize = 16;

/// Zeroed cells. The system commits their memory page by page as it is touched.
#[derive(Debug)]
pub(crate) struct Slab {
    cells: Box<[AtomicU64]>,
}

impl Slab {
    pub(crate) fn zeroed(slots: usize) -> Self {
        Self {
            cells: bytemuck::zeroed_slice_box(slots + 2 * PADDING),
        }
    }

    pub(crate) fn cells(&self) -> &[AtomicU64] {
        self.cells
            .get(PADDING..self.cells.len() - PADDING)
            .unwrap_or_default()
    }
}

/// The cells that the current thread writes, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writer<'s> {
    /// Cells that only this thread writes, with a load and a store.
    Exclusive(&'s [AtomicU64]),
    /// Cells that several threads write, with atomic operations.
    Shared(&'s [AtomicU64]),
}

impl<'s> Writer<'s> {
    #[inline]
    pub(crate) fn cells(self) -> &'s [AtomicU64] {
        match self {
            Self::Exclusive(cells) | Self::Shared(cells) => cells,
        }
    }

    /// Adds to an integer. It wraps, because sums are in two's complement.
    #[inline]
    pub(crate) fn add(self, cell: &AtomicU64, amount: u64) {
        match self {
            Self::Exclusive(_) => add_own(cell, amount),
            Self::Shared(_) => add_shared(cell, amount),
        }
    }

    /// Adds to a floating-point number.
    #[inline]
    pub(crate) fn add_float(self, cell: &AtomicU64, amount: f64) {
        match self {
            Self::Exclusive(_) => add_own_float(cell, amount),
            Self::Shared(_) => add_shared_float(cell, amount),
        }
    }
}
