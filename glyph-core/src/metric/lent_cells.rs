//! The cells that a capture records in.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::{CatalogCells, slab::Slab};
use crate::{isolation::Isolated, sync::lock};

/// The cells of a catalog in one capture.
///
/// Recording needs cells that live as long as the process, so these are leaked. A capture returns
/// them for later captures: there are never more than captures at one time.
#[derive(Debug)]
pub(crate) struct LentCells(&'static Slab);

/// The cells that captures have returned, by the number of cells.
static SPARE: Mutex<BTreeMap<usize, Vec<&'static Slab>>> = Mutex::new(BTreeMap::new());

fn spare() -> MutexGuard<'static, BTreeMap<usize, Vec<&'static Slab>>> {
    lock(&SPARE)
}

impl LentCells {
    fn take(slots: usize) -> Self {
        let spare = spare().get_mut(&slots).and_then(Vec::pop);
        Self(spare.unwrap_or_else(|| Box::leak(Box::new(Slab::zeroed(slots)))))
    }

    pub(super) fn cells(&self) -> &'static [AtomicU64] {
        self.0.cells()
    }
}

impl Drop for LentCells {
    /// Clears the cells. No thread writes to them any more, since a thread that records keeps the
    /// capture alive.
    fn drop(&mut self) {
        for cell in self.cells() {
            cell.store(0, Relaxed);
        }
        let mut spare = spare();
        spare.entry(self.cells().len()).or_default().push(self.0);
    }
}

impl Isolated for CatalogCells {
    type Captured = LentCells;

    fn fresh(&self) -> LentCells {
        LentCells::take(self.slots())
    }
}
