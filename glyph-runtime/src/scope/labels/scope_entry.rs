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

use super::{Scopes, entered::Entry};
use crate::{
    clock::Now,
    metric::{Metric, ReadTarget, RecordingTarget, ScopeCells},
};

/// The cells of one combination of values. It lives as long as the process: when it has left, another combination gets it.
#[derive(Debug)]
pub(crate) struct Tenant {
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

impl Tenant {
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

    /// Whether what the current thread records goes here: a capture has tenants of its own.
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

/// Somebody who records: as long as it lives, the tenant stays.
#[derive(Debug)]
pub(crate) struct Held {
    entry: Entry,
}

impl Held {
    /// For a caller who knows that the tenant stays until this is done.
    pub(crate) fn again(entry: Entry) -> Self {
        entry.tenant.holders.fetch_add(1, Relaxed);
        Self { entry }
    }

    pub(crate) const fn entry(&self) -> Entry {
        self.entry
    }

    pub(crate) fn is(&self, other: Entry) -> bool {
        ptr::eq(self.entry.tenant, other.tenant)
    }

    pub(super) fn is_of_same_catalog(&self, other: &Self) -> bool {
        ptr::eq(self.entry.tenant.scopes, other.entry.tenant.scopes)
    }

    pub(super) fn for_each(&self, read: &mut dyn FnMut(&'static str, &str)) {
        self.entry.tenant.for_each(read);
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        Self::again(self.entry)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let tenant = self.entry.tenant;
        let now = Now::current();
        if now.clock == tenant.clock.load(Relaxed) {
            tenant.used.store(now.nanoseconds, Relaxed);
        }
        tenant.holders.fetch_sub(1, Release);
    }
}

/// Somebody who reads: the tenant stays, and is as idle as before.
#[derive(Debug)]
pub(crate) struct ReadScope {
    tenant: &'static Tenant,
    named: Arc<Named>,
}

impl ReadScope {
    /// For a caller who knows that the tenant stays until this is done.
    pub(super) fn new(tenant: &'static Tenant) -> Self {
        tenant.holders.fetch_add(1, Relaxed);
        Self {
            tenant,
            named: tenant.named(),
        }
    }
}

impl ReadTarget for ReadScope {
    fn cells(&self, index: usize) -> Option<&ScopeCells> {
        self.tenant.cells(index)
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
        self.tenant.holders.fetch_sub(1, Release);
    }
}
