//! The cells of a catalog, and their owners.
//!
//! A catalog has a limited number of slabs. A thread takes one when it first records, and returns
//! it when it ends. The next owner adds to the same cells, so nothing is merged, lost or counted
//! twice. Threads beyond the limit share one slab, with atomic additions.

use std::{
    cell::{Cell, RefCell},
    sync::{
        Arc, OnceLock,
        atomic::{
            AtomicBool, AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread::available_parallelism,
};

use super::{
    ReadTarget, RecordingTarget, ScopeCells, TargetCells,
    atomic::claim::Claim,
    slab::{Slab, Writer},
};
use crate::{
    descriptor::SourceCrate,
    sync::{get_or_create, recording_begins},
};

/// The limit of slabs of one catalog.
const MAX_SLABS: usize = 64;

/// The limit of catalogs in the table of a thread. Threads record in the shared slab of further
/// catalogs.
const MAX_CATALOGS: usize = 64;

/// The cells of one catalog that only the current thread writes. Empty if it has none.
pub(crate) type ThreadCells = &'static [AtomicU64];

const NONE: ThreadCells = &[];

/// The name of a catalog, and where it is declared.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredCatalog {
    pub name: &'static str,
    pub source_crate: SourceCrate,
    pub file: &'static str,
    pub line: u32,
}

/// The catalogs that have recorded outside of captures, by their id.
static RECORDED: [OnceLock<&'static CatalogCells>; MAX_CATALOGS] =
    [const { OnceLock::new() }; MAX_CATALOGS];

/// Returns the catalogs that have recorded and are part of no exposition. Those beyond the limit of
/// catalogs are missing.
#[must_use]
pub fn unexposed_catalogs() -> Vec<DeclaredCatalog> {
    let recorded = RECORDED.iter().filter_map(OnceLock::get);
    let unexposed = recorded.filter(|cells| !cells.is_exposed.load(Relaxed));
    unexposed.map(|cells| cells.declared).collect()
}

/// The cells of one catalog.
#[doc(hidden)]
#[derive(Debug)]
pub struct CatalogCells {
    slots: usize,
    /// The declaration of the catalog.
    declared: DeclaredCatalog,
    /// Whether the catalog is part of an exposition.
    is_exposed: AtomicBool,
    /// The index in the tables of threads. Zero until the first recording.
    id: AtomicUsize,
    owned: [OwnedSlab; MAX_SLABS],
    shared: OnceLock<Slab>,
    /// The scopes that the catalog is recorded in, and its index there. Set when a scope is first
    /// entered.
    target: OnceLock<(&'static dyn RecordingTarget, usize)>,
}

#[derive(Debug)]
struct OwnedSlab {
    claim: Claim,
    slab: OnceLock<Slab>,
}

impl CatalogCells {
    #[must_use]
    pub const fn new(slots: usize, declared: DeclaredCatalog) -> Self {
        Self {
            slots,
            declared,
            is_exposed: AtomicBool::new(false),
            id: AtomicUsize::new(0),
            owned: [const {
                OwnedSlab {
                    claim: Claim(AtomicBool::new(false)),
                    slab: OnceLock::new(),
                }
            }; MAX_SLABS],
            shared: OnceLock::new(),
            target: OnceLock::new(),
        }
    }

    /// Returns the cells that only the current thread writes. Empty before it has taken some, and
    /// while it is in a scope of the catalog.
    ///
    /// `Relaxed`, because the thread only looks at its own table. If it does not see the id yet,
    /// the index is zero, where no cells are, and [`writer`](Self::writer) looks again.
    #[inline]
    pub(crate) fn thread_cells(&self) -> ThreadCells {
        let index = self.id.load(Relaxed) % MAX_CATALOGS;
        TABLE
            .try_with(|table| table.get(index).map_or(NONE, |slot| slot.used.get()))
            .unwrap_or(NONE)
    }

    /// Returns the cells that the current thread writes outside of scopes, and how. Takes a slab if
    /// it has none.
    #[cold]
    #[inline(never)]
    pub(crate) fn writer(&'static self) -> Writer<'static> {
        if let Some(captured) = self.captured() {
            return Writer::Shared(captured);
        }
        let id = self.registered();
        self.recorded(id);
        let own = TABLE
            .try_with(|table| table.get(id).map_or(NONE, |slot| slot.kept.get()))
            .unwrap_or(NONE);
        if !own.is_empty() {
            // Hidden for a scope that does not apply here, such as one of another capture.
            self.unmask();
            return Writer::Exclusive(own);
        }
        TAKEN
            .try_with(|slabs| {
                // A destructor of this thread can record while `Taken` is dropped. The borrow fails
                // then, and the shared slab is used.
                let mut slabs = slabs.try_borrow_mut().ok()?;
                if slabs.without_slab.contains(&id) {
                    return None;
                }
                let Some(owned) = self.take() else {
                    slabs.without_slab.push(id);
                    return None;
                };
                slabs.taken.push((id, owned));
                let cells = owned.slab.get_or_init(|| Slab::zeroed(self.slots)).cells();
                let _ = TABLE.try_with(|table| table.get(id).map(|slot| slot.set(cells)));
                Some(Writer::Exclusive(cells))
            })
            .ok()
            .flatten()
            .unwrap_or_else(|| Writer::Shared(self.shared()))
    }

    /// Returns the cells of the current scope, if the running code is in a scope of the catalog.
    pub(crate) fn target_cells(&self) -> Option<TargetCells> {
        let (target, index) = *self.target.get()?;
        target.current(index)
    }

    /// Returns the crate that declares the catalog.
    #[doc(hidden)]
    #[must_use]
    pub const fn source_crate(&self) -> SourceCrate {
        self.declared.source_crate
    }

    /// Returns the scopes that the catalog is recorded in, if a scope was ever entered.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn target(&self) -> Option<&'static dyn RecordingTarget> {
        self.target.get().map(|(target, _)| *target)
    }

    /// Returns the cells of all scopes.
    pub(crate) fn targets_to_read(&self) -> Vec<Arc<dyn ReadTarget>> {
        let target = self.target();
        target.map(RecordingTarget::to_read).unwrap_or_default()
    }

    /// Returns the cells of this catalog in one scope.
    pub(crate) fn cells_in<'t>(&self, target: &'t dyn ReadTarget) -> Option<&'t ScopeCells> {
        let (_, index) = *self.target.get()?;
        target.cells(index)
    }

    /// Records the catalog in `target`. The first target stays.
    pub(crate) fn recorded_in(&'static self, target: &'static dyn RecordingTarget, index: usize) {
        let id = self.registered();
        if self.captured().is_none() {
            self.recorded(id);
        }
        self.target.get_or_init(|| (target, index));
    }

    /// Notes that the catalog is part of an exposition.
    pub(crate) fn expose(&self) {
        self.is_exposed.store(true, Relaxed);
    }

    pub(crate) const fn slots(&self) -> usize {
        self.slots
    }

    /// Hides the cells of the current thread: recording misses them and asks the target.
    pub(crate) fn mask(&self) {
        self.with_slot(|slot| slot.used.set(NONE));
    }

    /// Shows the current thread its cells again.
    pub(crate) fn unmask(&self) {
        self.with_slot(|slot| slot.used.set(slot.kept.get()));
    }

    fn with_slot(&self, change: impl FnOnce(&ThreadSlot)) {
        let index = self.id.load(Relaxed) % MAX_CATALOGS;
        let _ = TABLE.try_with(|table| table.get(index).map(change));
    }

    /// Returns the cells that all threads may write, with atomic operations.
    pub(crate) fn shared(&'static self) -> &'static [AtomicU64] {
        if let Some(captured) = self.captured() {
            return captured;
        }
        self.recorded(self.registered());
        get_or_create(&self.shared, || Slab::zeroed(self.slots)).cells()
    }

    /// Returns the cells of every slab that was ever taken: all owners, and the shared one.
    pub(crate) fn slabs(&self) -> impl Iterator<Item = &[AtomicU64]> {
        let captured = self.captured();
        let process = || {
            self.owned
                .iter()
                .map(|owned| &owned.slab)
                .chain([&self.shared])
                .filter_map(OnceLock::get)
                .map(Slab::cells)
        };
        let process = captured.is_none().then(process).into_iter().flatten();
        captured.into_iter().chain(process)
    }

    /// Returns the cells of the capture that is current on this thread.
    #[cfg(feature = "testing")]
    fn captured(&self) -> Option<ThreadCells> {
        Some(crate::isolation::captured(self)?.cells())
    }

    #[cfg(not(feature = "testing"))]
    #[expect(clippy::unused_self, reason = "nothing captures without the feature")]
    const fn captured(&self) -> Option<ThreadCells> {
        None
    }

    /// Lets all threads record in the shared cells from now on, because a total is close to its
    /// greatest value and only the path to the shared cells looks at totals.
    ///
    /// `MAX_CATALOGS` is an index where threads find no cells. Captures have shared cells anyway.
    pub(super) fn share(&self) {
        if self.captured().is_none() {
            self.id.store(MAX_CATALOGS, Relaxed);
        }
    }

    /// Returns the index of this catalog in the tables of threads, which is never zero.
    ///
    /// Beyond the limit it is `MAX_CATALOGS`. Modulo the size of a table that is zero, where no
    /// cells are.
    fn registered(&self) -> usize {
        let id = self.id.load(Acquire);
        if id != 0 {
            return id;
        }
        recording_begins();
        let next = NEXT_ID.fetch_add(1, Relaxed).min(MAX_CATALOGS);
        // Two threads may get here at once. The first number stays, the other one is never used.
        match self.id.compare_exchange(0, next, Release, Acquire) {
            Ok(_) => next,
            Err(first) => first,
        }
    }

    /// Notes that the catalog records, for a number that is in none of its cells.
    #[cold]
    pub(super) fn recorded_without_cell(&'static self) {
        if self.captured().is_none() {
            self.recorded(self.registered());
        }
    }

    /// Notes that the catalog records.
    fn recorded(&'static self, id: usize) {
        if let Some(slot) = RECORDED.get(id) {
            slot.get_or_init(|| self);
        }
    }

    /// Takes a free slab, if one is left.
    fn take(&'static self) -> Option<&'static OwnedSlab> {
        if self.id.load(Relaxed) >= MAX_CATALOGS {
            return None;
        }
        self.owned
            .iter()
            .take(slab_limit())
            .find(|owned| owned.claim.take())
    }
}

/// Returns the number of slabs of a catalog: two for each processor. More threads than that seldom
/// record at once, and memory stays in proportion to the machine.
fn slab_limit() -> usize {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        available_parallelism()
            .map_or(8, usize::from)
            .saturating_mul(2)
            .clamp(8, MAX_SLABS)
    })
}

/// The first id is 1: index 0 of a thread's table stays empty.
static NEXT_ID: AtomicUsize = AtomicUsize::new(1);

thread_local! {
    /// The table of the thread, by the id of the catalog. It has no destructor, so that a lookup is
    /// a plain load.
    static TABLE: [ThreadSlot; MAX_CATALOGS] = const { [const { ThreadSlot::new() }; MAX_CATALOGS] };

    /// The slabs that the thread returns when it ends.
    static TAKEN: RefCell<Taken> = const { RefCell::new(Taken { taken: Vec::new(), without_slab: Vec::new() }) };
}

/// The cells of a thread for one catalog.
struct ThreadSlot {
    /// The cells to record in. Empty while the thread is in a scope of the catalog.
    used: Cell<ThreadCells>,
    /// The cells that the thread owns.
    kept: Cell<ThreadCells>,
}

impl ThreadSlot {
    const fn new() -> Self {
        Self {
            used: Cell::new(NONE),
            kept: Cell::new(NONE),
        }
    }

    fn set(&self, cells: ThreadCells) {
        self.used.set(cells);
        self.kept.set(cells);
    }
}

struct Taken {
    taken: Vec<(usize, &'static OwnedSlab)>,
    /// The ids of catalogs that had no slab left for this thread. It does not ask again.
    without_slab: Vec<usize>,
}

impl Drop for Taken {
    /// First removes the cells from the table, then returns them: the next owner may write at once.
    fn drop(&mut self) {
        for (id, owned) in self.taken.drain(..) {
            let _ = TABLE.try_with(|own| own.get(id).map(|own| own.set(NONE)));
            owned.claim.give_back();
        }
    }
}

/// The table of a thread, set aside while a test captures on it.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub(crate) struct ThreadTable([[ThreadCells; 2]; MAX_CATALOGS]);

#[cfg(feature = "testing")]
impl ThreadTable {
    /// Empties the current thread's table, so that recording asks [`CatalogCells::writer`].
    pub(crate) fn take() -> Self {
        let take = |own: &[ThreadSlot; MAX_CATALOGS]| {
            own.each_ref()
                .map(|own| [own.used.replace(NONE), own.kept.replace(NONE)])
        };
        Self(TABLE.try_with(take).unwrap_or([[NONE; 2]; MAX_CATALOGS]))
    }

    pub(crate) fn restore(self) {
        let _ = TABLE.try_with(|own| {
            for (own, [used, kept]) in own.iter().zip(self.0) {
                own.used.set(used);
                own.kept.set(kept);
            }
        });
    }
}
