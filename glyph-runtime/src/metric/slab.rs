//! The cells of one thread, or those that threads share.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Relaxed},
};

/// Unused cells at both ends, so that no two slabs meet in a cache line (or the pair that is fetched together).
const PADDING: usize = 16;

/// A zeroed run of cells, whose memory the system commits page by page as it is touched.
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

/// Adds to a cell that nobody else writes.
#[inline]
pub(crate) fn add_own(cell: &AtomicU64, amount: u64) {
    cell.store(cell.load(Relaxed).wrapping_add(amount), Relaxed);
}

/// Adds to a floating-point cell that nobody else writes.
#[inline]
pub(crate) fn add_own_float(cell: &AtomicU64, amount: f64) {
    cell.store(plus(cell.load(Relaxed), amount), Relaxed);
}

fn plus(bits: u64, amount: f64) -> u64 {
    (f64::from_bits(bits) + amount).to_bits()
}

/// Where the current thread may write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writer<'s> {
    /// Nobody else writes these cells: a load and a store will do.
    Own(&'s [AtomicU64]),
    /// Several threads write these.
    Shared(&'s [AtomicU64]),
}

impl<'s> Writer<'s> {
    #[inline]
    pub(crate) fn cells(self) -> &'s [AtomicU64] {
        match self {
            Self::Own(cells) | Self::Shared(cells) => cells,
        }
    }

    /// Adds to a whole number, wrapping.
    #[inline]
    pub(crate) fn add(self, cell: &AtomicU64, amount: u64) {
        match self {
            Self::Own(_) => add_own(cell, amount),
            Self::Shared(_) => {
                cell.fetch_add(amount, Relaxed);
            }
        }
    }

    /// Adds to a floating-point number.
    #[inline]
    pub(crate) fn add_float(self, cell: &AtomicU64, amount: f64) {
        match self {
            Self::Own(_) => add_own_float(cell, amount),
            Self::Shared(_) => {
                let _ = cell.fetch_update(AcqRel, Relaxed, |bits| Some(plus(bits, amount)));
            }
        }
    }
}
