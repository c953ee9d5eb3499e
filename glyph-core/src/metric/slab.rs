//! The cells of one thread, or those that threads share.

use std::{ops::Range, sync::atomic::AtomicU64};

use super::atomic::cell::{increment_own, increment_shared, shift_own, shift_shared};

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

    /// Returns the cells in `range`, which are those of a series.
    #[inline]
    pub(crate) fn series(&self, range: Range<usize>) -> Option<&[AtomicU64]> {
        let start = range.start.wrapping_add(PADDING);
        self.cells.get(start..range.end.wrapping_add(PADDING))
    }
}

/// The cells to record in, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writer<'s> {
    /// Cells that only this thread writes, with a load and a store.
    Exclusive(&'s [AtomicU64]),
    /// Cells that several threads write, with atomic operations. Other cells belong to the same
    /// totals.
    Shared(&'s [AtomicU64]),
    /// The cells of a scope, which several threads write. They are totals by themselves.
    Scoped(&'s [AtomicU64]),
}

impl<'s> Writer<'s> {
    pub(crate) fn cells(self) -> &'s [AtomicU64] {
        match self {
            Self::Exclusive(cells) | Self::Shared(cells) | Self::Scoped(cells) => cells,
        }
    }

    /// Adds one.
    pub(crate) fn increment(self, cell: &AtomicU64) {
        match self {
            Self::Exclusive(_) => increment_own(cell),
            Self::Shared(_) | Self::Scoped(_) => increment_shared(cell),
        }
    }

    /// Adds an integer to a gauge. Returns `false` if it does not fit.
    pub(crate) fn shift(self, cell: &AtomicU64, by: i64) -> bool {
        match self {
            Self::Exclusive(_) => shift_own(cell, by),
            Self::Shared(_) | Self::Scoped(_) => shift_shared(cell, by),
        }
    }

    /// Returns a writer of the cells in `range`. A range that is out of bounds gives no cells.
    pub(crate) fn narrowed(self, range: Range<usize>) -> Self {
        let part = |cells: &'s [AtomicU64]| cells.get(range).unwrap_or_default();
        match self {
            Self::Exclusive(cells) => Self::Exclusive(part(cells)),
            Self::Shared(cells) => Self::Shared(part(cells)),
            Self::Scoped(cells) => Self::Scoped(part(cells)),
        }
    }
}
