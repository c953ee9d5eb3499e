//! One combination of scope label values: its cells, and the leases that keep it.

use std::{
    ptr,
    sync::{
        Arc, RwLock,
        atomic::{
            AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Scopes, current::ActiveScope};
use crate::{
    clock::Now,
    metric::{Metric, ReadTarget, RecordingTarget, ScopeCells},
    sync::{read, write},
};

/// The cells of one combination of values. They are never freed: they are reused for another
/// combination.
#[derive(Debug)]
pub(crate) struct ScopeEntry {
    scopes: &'static Scopes,
    /// The cells of each catalog that is recorded in the scope.
    cells: Box<[ScopeCells]>,
    /// The number of leases and readers. The values do not change while there are any.
    holders: AtomicUsize,
    /// The time when the last lease was dropped, by the clock `clock`.
    used: AtomicU64,
    /// The current combination. It changes only while there are no holders.
    named: RwLock<Arc<Named>>,
    /// The number of the clock: that of the process, or that of the capture that uses the entry.
    clock: AtomicU64,
}

/// A combination of values.
#[derive(Debug)]
struct Named {
    /// The values in the order of the scope's labels. An absent one is empty.
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

    /// Resets the cells and assigns them to these values.
    ///
    /// The caller makes sure that there are no holders. The lock of the directory orders the
    /// `Relaxed` stores before the next lookup.
    pub(super) fn rename(&self, values: Box<[Box<str>]>, now: Now) {
        for (cells, metrics) in self.cells.iter().zip(self.scopes.metrics()) {
            cells.clear(metrics);
        }
        let named = Arc::new(Named {
            values,
            since: SystemTime::now(),
        });
        *write(&self.named) = named;
        self.clock.store(now.clock, Relaxed);
        self.used.store(now.nanoseconds, Relaxed);
    }

    pub(super) const fn scopes(&self) -> &'static Scopes {
        self.scopes
    }

    /// Whether the current thread can record here: captures have separate entries.
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

    /// Returns the time since the last holder left, or `None` if there are holders. `Acquire`: what
    /// they recorded is visible before the cells are reset.
    pub(super) fn idle(&self, now: Now) -> Option<u64> {
        let free = self.holders.load(Acquire) == 0;
        free.then(|| now.nanoseconds.saturating_sub(self.used.load(Relaxed)))
    }

    fn named(&self) -> Arc<Named> {
        Arc::clone(&read(&self.named))
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

/// Keeps an entry from expiring, for code that records in it.
#[derive(Debug)]
pub(crate) struct ScopeLease {
    active: ActiveScope,
}

impl ScopeLease {
    /// Adds a holder. `Relaxed`, because the caller holds the lock of the directory or another
    /// lease, so nothing can remove the entry meanwhile.
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
    /// Out of line: most guards of calls have no lease, and their drop stays short.
    #[inline(never)]
    fn drop(&mut self) {
        let entry = self.active.entry;
        let now = Now::current();
        if now.clock == entry.clock.load(Relaxed) {
            entry.used.store(now.nanoseconds, Relaxed);
        }
        // After the time, with `Release`: a thread that sees no holders sees when the last one
        // left, and everything that it recorded.
        entry.holders.fetch_sub(1, Release);
    }
}

/// Keeps an entry from being reused, for a reader. Reading does not count as use.
#[derive(Debug)]
pub(crate) struct ReadScope {
    entry: &'static ScopeEntry,
    named: Arc<Named>,
}

impl ReadScope {
    /// Adds a holder. The caller holds the lock of the directory, as for [`ScopeLease::take`].
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
