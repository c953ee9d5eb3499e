//! Which cells belong to which thread.
//!
//! A catalog has a limited number of slabs. A thread takes one when it first records and returns it
//! when it ends. The next thread adds to it: nothing is merged, lost or counted twice. Threads
//! beyond the limit share one slab by atomic additions.

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

/// The limit of slabs of one catalog.
const MAX_SLABS: usize = 64;

/// The limit of catalogs whose cells a thread finds in its table. Further ones use their shared
/// slab.
const MAX_CATALOGS: usize = 64;

/// The cells that only the current thread writes, if it has any.
pub(crate) type Own = &'static [AtomicU64];

const NONE: Own = &[];

/// The cells of one catalog.
#[doc(hidden)]
#[derive(Debug)]
pub struct CatalogCells {
    slots: usize,
    /// The index in a thread's table; zero until something is recorded.
    id: AtomicUsize,
    owned: [OwnedSlab; MAX_SLABS],
    shared: OnceLock<Slab>,
    /// Where it is recorded instead, once anything can be, and its index there.
    target: OnceLock<(&'static dyn RecordingTarget, usize)>,
}

#[derive(Debug)]
struct OwnedSlab {
    claim: Claim,
    slab: OnceLock<Slab>,
}

impl CatalogCells {
    #[must_use]
    pub const fn new(slots: usize) -> Self {
        Self {
            slots,
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

    /// The cells that only the current thread writes; empty before it has taken some.
    #[inline]
    pub(crate) fn own(&self) -> Own {
        let index = self.id.load(Relaxed) % MAX_CATALOGS;
        OWN.with(|own| own.get(index).map_or(NONE, |own| own.used.get()))
    }

    /// The cells that the current thread may write, and how.
    #[cold]
    #[inline(never)]
    pub(crate) fn writer(&'static self) -> Writer<'static> {
        if let Some(captured) = self.captured() {
            return Writer::Shared(captured);
        }
        let id = self.registered();
        let own = OWN.with(|own| own.get(id).map_or(NONE, |own| own.kept.get()));
        if !own.is_empty() {
            self.unmask();
            return Writer::Own(own);
        }
        TAKEN
            .try_with(|slabs| {
                // A destructor of this thread can record while the list is returned: the borrow
                // fails then.
                let mut slabs = slabs.try_borrow_mut().ok()?;
                if slabs.refused.contains(&id) {
                    return None;
                }
                let Some(owned) = self.take() else {
                    slabs.refused.push(id);
                    return None;
                };
                slabs.taken.push((id, owned));
                let cells = owned.slab.get_or_init(|| Slab::zeroed(self.slots)).cells();
                OWN.with(|own| own.get(id).map(|own| own.set(cells)));
                Some(Writer::Own(cells))
            })
            .ok()
            .flatten()
            .unwrap_or_else(|| Writer::Shared(self.shared()))
    }

    /// Returns the cells that the running code records in, where those are not its thread's.
    pub(crate) fn target_cells(&self) -> Option<TargetCells> {
        let (target, index) = *self.target.get()?;
        target.current(index)
    }

    /// Returns where it is recorded instead, if anything was so far.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn target(&self) -> Option<&'static dyn RecordingTarget> {
        self.target.get().map(|(target, _)| *target)
    }

    /// Returns all sets of cells there.
    pub(crate) fn targets_to_read(&self) -> Vec<Arc<dyn ReadTarget>> {
        let target = self.target();
        target.map(RecordingTarget::to_read).unwrap_or_default()
    }

    /// Returns its cells in one of those sets.
    pub(crate) fn cells_in<'t>(&self, target: &'t dyn ReadTarget) -> Option<&'t ScopeCells> {
        let (_, index) = *self.target.get()?;
        target.cells(index)
    }

    /// Records it in `target`, unless it is recorded in another one already.
    pub(crate) fn recorded_in(&'static self, target: &'static dyn RecordingTarget, index: usize) {
        self.registered();
        self.target.get_or_init(|| (target, index));
    }

    pub(crate) const fn slots(&self) -> usize {
        self.slots
    }

    /// Hides the current thread's cells from it, so that it asks the target.
    pub(crate) fn mask(&self) {
        self.with_own(|own| own.used.set(NONE));
    }

    /// Shows the current thread its cells again.
    pub(crate) fn unmask(&self) {
        self.with_own(|own| own.used.set(own.kept.get()));
    }

    fn with_own(&self, change: impl FnOnce(&OwnSlot)) {
        let index = self.id.load(Relaxed) % MAX_CATALOGS;
        OWN.with(|own| own.get(index).map(change));
    }

    /// The cells that all threads may write, with atomic operations.
    pub(crate) fn shared(&self) -> &[AtomicU64] {
        if let Some(captured) = self.captured() {
            return captured;
        }
        self.shared.get_or_init(|| Slab::zeroed(self.slots)).cells()
    }

    /// Every slab that has been written to.
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
    fn captured(&self) -> Option<Own> {
        Some(crate::isolation::captured(self)?.cells())
    }

    #[cfg(not(feature = "testing"))]
    #[expect(clippy::unused_self, reason = "nothing captures without the feature")]
    const fn captured(&self) -> Option<Own> {
        None
    }

    /// Returns this catalog's index in the threads' tables, never zero. Beyond the limit it is
    /// `MAX_CATALOGS`, which becomes index zero, where no cells are.
    fn registered(&self) -> usize {
        let id = self.id.load(Acquire);
        if id != 0 {
            return id;
        }
        let next = NEXT_ID.fetch_add(1, Relaxed).min(MAX_CATALOGS);
        match self.id.compare_exchange(0, next, Release, Acquire) {
            Ok(_) => next,
            Err(first) => first,
        }
    }

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

/// Slabs per catalog: two for each processor, so that memory grows with the machine.
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
    /// By the catalog's id. Without a destructor, so that a lookup is a plain load.
    static OWN: [OwnSlot; MAX_CATALOGS] = const { [const { OwnSlot::new() }; MAX_CATALOGS] };

    /// What the thread returns when it ends.
    static TAKEN: RefCell<Taken> = const { RefCell::new(Taken { taken: Vec::new(), refused: Vec::new() }) };
}

/// A thread's cells of one catalog.
struct OwnSlot {
    /// Where it records without asking; empty while it is in a scope of the catalog's.
    used: Cell<Own>,
    /// Its cells.
    kept: Cell<Own>,
}

impl OwnSlot {
    const fn new() -> Self {
        Self {
            used: Cell::new(NONE),
            kept: Cell::new(NONE),
        }
    }

    fn set(&self, cells: Own) {
        self.used.set(cells);
        self.kept.set(cells);
    }
}

struct Taken {
    taken: Vec<(usize, &'static OwnedSlab)>,
    /// Catalogs that had no slab left for this thread.
    refused: Vec<usize>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        OWN.with(|own| {
            for (id, owned) in self.taken.drain(..) {
                if let Some(own) = own.get(id) {
                    own.set(NONE);
                }
                owned.claim.give_back();
            }
        });
    }
}

/// The content of a thread's table before a test captured on it.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub(crate) struct OwnTable([[Own; 2]; MAX_CATALOGS]);

#[cfg(feature = "testing")]
impl OwnTable {
    /// Empties the current thread's table, so that recording asks [`CatalogCells::writer`].
    pub(crate) fn take() -> Self {
        OWN.with(|own| {
            Self(std::array::from_fn(|id| {
                own.get(id).map_or([NONE; 2], |own| {
                    [own.used.replace(NONE), own.kept.replace(NONE)]
                })
            }))
        })
    }

    pub(crate) fn restore(self) {
        OWN.with(|own| {
            for (own, [used, kept]) in own.iter().zip(self.0) {
                own.used.set(used);
                own.kept.set(kept);
            }
        });
    }
}
