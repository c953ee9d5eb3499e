//! Which cells belong to which thread.
//!
//! A catalog's storage has a bounded number of slabs. A thread takes one when it first records and
//! gives it back when it ends; the next thread goes on adding to it, so that nothing is ever folded,
//! lost or counted twice. Threads beyond the bound share one slab by atomic additions.

use std::{
    cell::{Cell, RefCell},
    sync::{
        OnceLock,
        atomic::{
            AtomicBool, AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread::available_parallelism,
};

use super::{
    InBlock,
    atomic::claim::Claim,
    slab::{Slab, Writer},
};
use crate::scope::labels::ReadScope;
use crate::scope::labels::{Held, Scopes};

/// The most slabs that a storage can have.
const MAX_SLABS: usize = 64;

/// How many storages a thread finds without a detour; those beyond use their shared slab.
const MAX_STORAGES: usize = 64;

/// The cells that only the current thread writes, if it has any.
pub(crate) type Own = &'static [AtomicU64];

const NONE: Own = &[];

/// The cells of one catalog.
#[doc(hidden)]
#[derive(Debug)]
pub struct Storage {
    slots: usize,
    /// The place in a thread's table; zero until something is recorded.
    id: AtomicUsize,
    owned: [OwnedSlab; MAX_SLABS],
    shared: OnceLock<Slab>,
    /// The scopes that it is recorded in, once there was any.
    scopes: OnceLock<InScopes>,
}

/// The scopes that a storage is recorded in, and which of their blocks is its own.
#[derive(Clone, Copy, Debug)]
struct InScopes {
    scopes: &'static Scopes,
    index: usize,
}

#[derive(Debug)]
struct OwnedSlab {
    claim: Claim,
    slab: OnceLock<Slab>,
}

impl Storage {
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
            scopes: OnceLock::new(),
        }
    }

    /// The cells that nobody but the current thread writes; none before it has some.
    #[inline]
    pub(crate) fn own(&self) -> Own {
        let place = self.id.load(Relaxed) % MAX_STORAGES;
        OWN.with(|own| own.get(place).map_or(NONE, |place| place.used.get()))
    }

    /// The cells that the current thread may write, and how.
    #[cold]
    #[inline(never)]
    pub(crate) fn writer(&'static self) -> Writer<'static> {
        if let Some(captured) = self.captured() {
            return Writer::Shared(captured);
        }
        let id = self.registered();
        let own = OWN.with(|own| own.get(id).map_or(NONE, |place| place.kept.get()));
        if !own.is_empty() {
            self.unmask();
            return Writer::Own(own);
        }
        HELD.try_with(|held| {
            // A destructor of this thread may record while the list is being given back.
            let mut held = held.try_borrow_mut().ok()?;
            if held.refused.contains(&id) {
                return None;
            }
            let Some(owned) = self.take() else {
                held.refused.push(id);
                return None;
            };
            held.taken.push((id, owned));
            let cells = owned.slab.get_or_init(|| Slab::zeroed(self.slots)).cells();
            OWN.with(|own| own.get(id).map(|place| place.set(cells)));
            Some(Writer::Own(cells))
        })
        .ok()
        .flatten()
        .unwrap_or_else(|| Writer::Shared(self.shared()))
    }

    /// The block of the scope that the running code is in, if it is in one.
    pub(crate) fn block(&self) -> Option<InBlock> {
        let InScopes { scopes, index } = *self.scopes.get()?;
        let entry = scopes.entry()?;
        Some(InBlock {
            block: entry.tenant.block(index)?,
            overflowed: entry.overflowed,
        })
    }

    /// The scope that the running code is in, for one who is to record in it later.
    #[inline]
    pub(crate) fn held(&self) -> Option<Held> {
        self.scopes()?.entry().map(Held::again)
    }

    /// The scopes that it is recorded in, if there was any so far.
    #[inline]
    pub(crate) fn scopes(&self) -> Option<&'static Scopes> {
        self.scopes.get().map(|in_scopes| in_scopes.scopes)
    }

    /// The tenants of those scopes.
    pub(crate) fn scopes_to_read(&self) -> Vec<ReadScope> {
        self.scopes().map(Scopes::to_read).unwrap_or_default()
    }

    /// Which of their blocks is its own.
    pub(crate) fn block_index(&self) -> usize {
        self.scopes.get().map_or(0, |in_scopes| in_scopes.index)
    }

    /// Has it recorded in these scopes, unless others have it already.
    pub(crate) fn recorded_in(&'static self, scopes: &'static Scopes, index: usize) {
        self.registered();
        self.scopes.get_or_init(|| InScopes { scopes, index });
    }

    pub(crate) const fn slots(&self) -> usize {
        self.slots
    }

    /// Puts the current thread's cells aside: what it records is asked for its scope.
    pub(crate) fn mask(&self) {
        self.with_place(|place| place.used.set(NONE));
    }

    /// Takes the current thread's cells up again.
    pub(crate) fn unmask(&self) {
        self.with_place(|place| place.used.set(place.kept.get()));
    }

    fn with_place(&self, change: impl FnOnce(&OwnPlace)) {
        let place = self.id.load(Relaxed) % MAX_STORAGES;
        OWN.with(|own| own.get(place).map(change));
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

    /// The cells that stand for all others while a test captures on this thread.
    #[cfg(feature = "testing")]
    fn captured(&self) -> Option<Own> {
        Some(crate::testing::current()?.cells(self, self.slots))
    }

    #[cfg(not(feature = "testing"))]
    #[expect(clippy::unused_self, reason = "nothing captures without the feature")]
    const fn captured(&self) -> Option<Own> {
        None
    }

    /// This storage's place in the threads' tables, never zero. Past the last one it is `MAX_STORAGES`, which
    /// comes down to place zero, where there are never any cells.
    fn registered(&self) -> usize {
        let id = self.id.load(Acquire);
        if id != 0 {
            return id;
        }
        let next = NEXT_ID.fetch_add(1, Relaxed).min(MAX_STORAGES);
        match self.id.compare_exchange(0, next, Release, Acquire) {
            Ok(_) => next,
            Err(first) => first,
        }
    }

    fn take(&'static self) -> Option<&'static OwnedSlab> {
        if self.id.load(Relaxed) >= MAX_STORAGES {
            return None;
        }
        self.owned
            .iter()
            .take(slab_limit())
            .find(|owned| owned.claim.take())
    }
}

/// Slabs per storage: two for each processor, so that the cost in memory follows the machine.
fn slab_limit() -> usize {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        available_parallelism()
            .map_or(8, usize::from)
            .saturating_mul(2)
            .clamp(8, MAX_SLABS)
    })
}

/// The first id is 1: place 0 of a thread's table stays empty.
static NEXT_ID: AtomicUsize = AtomicUsize::new(1);

thread_local! {
    /// By storage id. Without a destructor, so that looking one up is a plain load.
    static OWN: [OwnPlace; MAX_STORAGES] = const { [const { OwnPlace::new() }; MAX_STORAGES] };

    /// What the thread gives back when it ends.
    static HELD: RefCell<GivenBack> = const { RefCell::new(GivenBack { taken: Vec::new(), refused: Vec::new() }) };
}

/// A thread's cells in one storage.
struct OwnPlace {
    /// Where it records without looking further; none while it is in a scope of the storage's.
    used: Cell<Own>,
    /// Its cells.
    kept: Cell<Own>,
}

impl OwnPlace {
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

struct GivenBack {
    taken: Vec<(usize, &'static OwnedSlab)>,
    /// Storages that had no slab left for this thread.
    refused: Vec<usize>,
}

impl Drop for GivenBack {
    fn drop(&mut self) {
        OWN.with(|own| {
            for (id, owned) in self.taken.drain(..) {
                if let Some(place) = own.get(id) {
                    place.set(NONE);
                }
                owned.claim.give_back();
            }
        });
    }
}

/// What a thread's table held before a test captured on it.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub(crate) struct OwnTable([[Own; 2]; MAX_STORAGES]);

#[cfg(feature = "testing")]
impl OwnTable {
    /// Empties the current thread's table, so that recording asks [`Storage::writer`].
    pub(crate) fn take() -> Self {
        OWN.with(|own| {
            Self(std::array::from_fn(|id| {
                own.get(id).map_or([NONE; 2], |place| {
                    [place.used.replace(NONE), place.kept.replace(NONE)]
                })
            }))
        })
    }

    pub(crate) fn restore(self) {
        OWN.with(|own| {
            for (place, [used, kept]) in own.iter().zip(self.0) {
                place.used.set(used);
                place.kept.set(kept);
            }
        });
    }
}
