//! The cells of a catalog, and their owners.
//!
//! A catalog has a limited number of slabs. A thread takes one when it first records, and returns
//! it when it ends. The next owner adds to the same cells, so nothing is merged, lost or counted
//! twice. Threads beyond the limit share one slab, with atomic additions.

use std::{
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
    thread_cells::{self, ThreadCells, ThreadSlot, ThreadSlotKey},
};
use crate::{
    descriptor::SourceCrate,
    sync::{get_or_create, recording_begins},
};

/// The limit of slabs of one catalog.
const MAX_SLABS: usize = 64;

/// The limit of catalogs in [`RECORDED`].
const MAX_CATALOGS: usize = 64;

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
    /// The cells of each thread.
    slot: ThreadSlotKey,
    /// Hides the cells of the current thread, or shows them again.
    mask: fn(bool),
    /// Whether the catalog is part of an exposition.
    is_exposed: AtomicBool,
    /// The number among the catalogs that record, from one on. Zero until the first recording.
    id: AtomicUsize,
    owned: [OwnedSlab; MAX_SLABS],
    shared: OnceLock<Slab>,
    /// The scopes that the catalog is recorded in, and its index there. Set when a scope is first
    /// entered.
    target: OnceLock<(&'static dyn RecordingTarget, usize)>,
}

/// A slab that one thread owns at a time.
#[derive(Debug)]
pub(super) struct OwnedSlab {
    claim: Claim,
    slab: OnceLock<Slab>,
}

impl OwnedSlab {
    /// Returns the slab. Only its owner calls this.
    pub(super) fn give_back(&self) {
        self.claim.give_back();
    }
}

impl CatalogCells {
    #[must_use]
    pub const fn new(
        slots: usize,
        declared: DeclaredCatalog,
        slot: ThreadSlotKey,
        mask: fn(bool),
    ) -> Self {
        Self {
            slots,
            declared,
            slot,
            mask,
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

    /// Returns the cells that the current thread writes outside of scopes, and how. Takes a slab if
    /// it has none.
    #[cold]
    #[inline(never)]
    pub(crate) fn writer(&'static self) -> Writer<'static> {
        if let Some(captured) = self.captured() {
            return Writer::Shared(captured);
        }
        self.recorded(self.registered());
        let kept = self.slot.try_with(ThreadSlot::kept).unwrap_or_default();
        if !kept.is_empty() {
            // Hidden for a scope that does not apply here, such as one of another capture.
            self.unmask();
            return Writer::Exclusive(kept);
        }
        match thread_cells::take(self) {
            Some(taken) => Writer::Exclusive(taken),
            None => Writer::Shared(self.shared()),
        }
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
        (self.mask)(true);
    }

    /// Shows the current thread its cells again.
    pub(crate) fn unmask(&self) {
        (self.mask)(false);
    }

    /// Passes the slot of the current thread to `change`.
    pub(super) fn with_slot(&self, change: impl FnOnce(&ThreadSlot)) {
        let _ = self.slot.try_with(change);
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

    /// Returns the number of this catalog, which is never zero, and `MAX_CATALOGS` beyond the limit.
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

    /// Claims a free slab for the current thread, if one is left.
    pub(super) fn claim(&'static self) -> Option<&'static OwnedSlab> {
        let mut owned = self.owned.iter().take(slab_limit());
        owned.find(|owned| owned.claim.take())
    }

    /// Returns the cells of a slab that the current thread owns.
    pub(super) fn cells_of(&self, owned: &'static OwnedSlab) -> ThreadCells {
        owned.slab.get_or_init(|| Slab::zeroed(self.slots)).cells()
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

/// The number of the next catalog.
static NEXT_ID: AtomicUsize = AtomicUsize::new(1);
