//! One combination of a scope's values: its cells, and who holds it.

use std::{
    ptr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{
            AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Scopes, entered::ActiveScope};
use crate::{
    clock::Now,
    metric::{Metric, ReadTarget, RecordingTarget, ScopeCells},
};

/// The cells of one combination of values. It lives as long as the process: when it has left, another combination gets it.
#[derive(Debug)]
pub(crate) struct ScopeEntry {
    scopes: &'static Scopes,
    /// One for each catalog that the scope covers.
    cells: Box<[ScopeCells]>,
    /// While there are any, it stays.
    holders: AtomicUsize,
    /// When somebody let go of it last, by the clock of `named`.
    used: AtomicU64,
    /// It changes while nobody holds it.
    named: RwLock<Arc<Named>>,
    /// Which clock it goes by, and so whether a capture has it.
    clock: AtomicU64,
}

/// Whose cells they are.
#[derive(Debug)]
struct Named {
    /// In the order of the scope's labels; an absent one is empty.
    values: Box<[Box<str>]>,
    since: SystemTime,
}

impl ScopeEntry {
    pub(super) fn new(scopes: &'static Scopes, cells: Box<[ScopeCells]>) -> Self {
        Self {
            scopes,
            cells,
            holders: AtomicUsize::new(0),
            used: AtomicU64::new(0),
            named: RwLock::new(Arc::new(Named {
                values: Box::new([]),
                since: UNIX_EPOCH,
            })),
            clock: AtomicU64::new(Now::PROCESS),
        }
    }

    /// Begins anew, for these values. Nobody holds it.
    pub(super) fn rename(&self, values: Box<[Box<str>]>, now: Now) {
        for (cells, metrics) in self.cells.iter().zip(self.scopes.metrics()) {
            cells.clear(metrics);
        }
        let named = Arc::new(Named {
            values,
            since: SystemTime::now(),
        });
        *self.named.write().unwrap_or_else(PoisonError::into_inner) = named;
        self.clock.store(now.clock, Relaxed);
        self.used.store(now.nanoseconds, Relaxed);
    }

    pub(super) const fn scopes(&self) -> &'static Scopes {
        self.scopes
    }

    /// Whether what the current thread records goes here: a capture has entries of its own.
    pub(super) fn is_current(&self) -> bool {
        !cfg!(feature = "testing") || self.clock.load(Relaxed) == Now::current_clock()
    }

    pub(crate) fn cells(&self, index: usize) -> Option<&ScopeCells> {
        self.cells.get(index)
    }

    pub(super) fn is_live(&self, metrics: &[&'static [Metric]]) -> bool {
        let mut catalogs = self.cells.iter().zip(metrics);
        catalogs.any(|(cells, metrics)| cells.is_live(metrics))
    }

    /// How long nobody has held it; `None` while somebody does. What holders have recorded is seen.
    pub(super) fn idle(&self, now: Now) -> Option<u64> {
        let free = self.holders.load(Acquire) == 0;
        free.then(|| now.nanoseconds.saturating_sub(self.used.load(Relaxed)))
    }

    fn named(&self) -> Arc<Named> {
        Arc::clone(&self.named.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn values(&self) -> Vec<Box<str>> {
        self.named().values.to_vec()
    }

    pub(super) fn for_each(&self, read: &mut dyn FnMut(&'static str, &str)) {
        let named = self.named();
        for (label, value) in self.scopes.labels().iter().zip(&named.values) {
            if !value.is_empty() {
                read(label.name, value);
            }
        }
    }
}

/// Somebody who records: as long as it lives, the entry stays.
#[derive(Debug)]
pub(crate) struct ScopeLease {
    active: ActiveScope,
}

impl ScopeLease {
    /// For a caller who knows that the entry stays until this is done.
    pub(crate) fn take(active: ActiveScope) -> Self {
        active.entry.holders.fetch_add(1, Relaxed);
        Self { active }
    }

    pub(crate) const fn active(&self) -> ActiveScope {
        self.active
    }

    pub(crate) fn is(&self, other: ActiveScope) -> bool {
        ptr::eq(self.active.entry, other.entry)
    }

    pub(super) fn is_of_same_catalog(&self, other: &Self) -> bool {
        ptr::eq(self.active.entry.scopes, other.active.entry.scopes)
    }

    pub(super) fn for_each(&self, read: &mut dyn FnMut(&'static str, &str)) {
        self.active.entry.for_each(read);
    }
}

impl Clone for ScopeLease {
    fn clone(&self) -> Self {
        Self::take(self.active)
    }
}

impl Drop for ScopeLease {
    fn drop(&mut self) {
        let entry = self.active.entry;
        let now = Now::current();
        if now.clock == entry.clock.load(Relaxed) {
            entry.used.store(now.nanoseconds, Relaxed);
        }
        entry.holders.fetch_sub(1, Release);
    }
}

/// Somebody who reads: the entry stays, and is as idle as before.
#[derive(Debug)]
pub(crate) struct ReadScope {
    entry: &'static ScopeEntry,
    named: Arc<Named>,
}

impl ReadScope {
    /// For a caller who knows that the entry stays until this is done.
    pub(super) fn new(entry: &'static ScopeEntry) -> Self {
        entry.holders.fetch_add(1, Relaxed);
        Self {
            entry,
            named: entry.named(),
        }
    }
}

impl ReadTarget for ReadScope {
    fn cells(&self, index: usize) -> Option<&ScopeCells> {
        self.entry.cells(index)
    }

    fn value(&self, label: usize) -> &str {
        self.named.values.get(label).map_or("", AsRef::as_ref)
    }

    fn since(&self) -> SystemTime {
        self.named.since
    }
}

impl Drop for ReadScope {
    fn drop(&mut self) {
        self.entry.holders.fetch_sub(1, Release);
    }
}
