//! The cells that threads own.
//!
//! Each catalog has a thread-local slot with the cells of the current thread. A thread takes a slab
//! when it first records in the catalog, and returns it when it ends.

use std::{
    cell::{Cell, RefCell},
    ptr,
    sync::atomic::AtomicU64,
    thread::LocalKey,
};

use super::catalog_cells::{CatalogCells, OwnedSlab};

/// The cells of one catalog that only the current thread writes. Empty if it has none.
#[doc(hidden)]
pub type ThreadCells = &'static [AtomicU64];

const NONE: ThreadCells = &[];

/// The cells of the current thread for one catalog.
///
/// It has no destructor, so that a lookup is a plain load.
#[doc(hidden)]
#[derive(Debug)]
pub struct ThreadSlot {
    /// The cells to record in. Empty while the thread is in a scope of the catalog.
    used: Cell<ThreadCells>,
    /// The cells that the thread owns.
    kept: Cell<ThreadCells>,
}

/// The slot of each thread for one catalog, which the expansion of the catalog declares.
pub(super) type ThreadSlotKey = &'static LocalKey<ThreadSlot>;

impl ThreadSlot {
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "thread-locals need a const constructor, and only they use it"
    )]
    pub const fn new() -> Self {
        Self {
            used: Cell::new(NONE),
            kept: Cell::new(NONE),
        }
    }

    fn set(&self, cells: ThreadCells) {
        self.used.set(cells);
        self.kept.set(cells);
    }

    /// Returns the cells that the thread owns, hidden or not.
    pub(super) fn kept(&self) -> ThreadCells {
        self.kept.get()
    }
}

/// Returns the cells to record in. Expansions call it with a constant key, so that a recording has
/// two plain loads.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn cells_in(key: &'static LocalKey<ThreadSlot>) -> ThreadCells {
    key.try_with(|slot| slot.used.get()).unwrap_or(NONE)
}

/// Hides the cells of the current thread, or shows them again. Expansions call it with a constant
/// key, as [`cells_in`].
#[doc(hidden)]
#[inline]
pub fn mask_in(key: &'static LocalKey<ThreadSlot>, is_masked: bool) {
    let mask = |slot: &ThreadSlot| {
        let cells = if is_masked { NONE } else { slot.kept.get() };
        slot.used.set(cells);
    };
    let _ = key.try_with(mask);
}

thread_local! {
    /// The slabs that the thread returns when it ends.
    static TAKEN: RefCell<Taken> = const { RefCell::new(Taken { taken: Vec::new(), without_slab: Vec::new() }) };
}

struct Taken {
    taken: Vec<(&'static CatalogCells, &'static OwnedSlab)>,
    /// The catalogs that had no slab left for this thread. It does not ask again.
    without_slab: Vec<&'static CatalogCells>,
}

/// Takes a slab of the catalog for the current thread. Returns `None` if none is left, or if the
/// thread ends and has returned its slabs.
pub(super) fn take(catalog: &'static CatalogCells) -> Option<ThreadCells> {
    let take = |taken: &RefCell<Taken>| {
        // A destructor of this thread can record while `Taken` is dropped. The borrow fails then.
        let mut taken = taken.try_borrow_mut().ok()?;
        let mut without = taken.without_slab.iter();
        if without.any(|other| ptr::eq(*other, catalog)) {
            return None;
        }
        let Some(owned) = catalog.claim() else {
            taken.without_slab.push(catalog);
            return None;
        };
        taken.taken.push((catalog, owned));
        let cells = catalog.cells_of(owned);
        catalog.with_slot(|slot| slot.set(cells));
        Some(cells)
    };
    TAKEN.try_with(take).ok().flatten()
}

impl Drop for Taken {
    /// First removes the cells from the slot, then returns them: the next owner may write at once.
    fn drop(&mut self) {
        for (catalog, owned) in self.taken.drain(..) {
            catalog.with_slot(|slot| slot.set(NONE));
            owned.give_back();
        }
    }
}

/// The cells of a thread, set aside while a test captures on it.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub(crate) struct ThreadTable(Vec<(&'static CatalogCells, ThreadSlot)>);

#[cfg(feature = "testing")]
impl ThreadTable {
    /// Hides the current thread's cells, so that recording asks [`CatalogCells::writer`].
    pub(crate) fn take() -> Self {
        let catalogs = TAKEN.try_with(|taken| {
            let taken = taken.try_borrow().ok()?;
            Some(taken.taken.iter().map(|(catalog, _)| *catalog).collect())
        });
        let catalogs: Vec<&'static CatalogCells> = catalogs.ok().flatten().unwrap_or_default();
        let mut table = Vec::new();
        for catalog in catalogs {
            catalog.with_slot(|slot| {
                let used = Cell::new(slot.used.replace(NONE));
                let kept = Cell::new(slot.kept.replace(NONE));
                table.push((catalog, ThreadSlot { used, kept }));
            });
        }
        Self(table)
    }

    pub(crate) fn restore(self) {
        for (catalog, before) in self.0 {
            catalog.with_slot(|slot| {
                slot.used.set(before.used.get());
                slot.kept.set(before.kept.get());
            });
        }
    }
}
