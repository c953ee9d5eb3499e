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
};

use super::{Scopes, directory::Now, entered::Entry};
use crate::metric::Storage;
use crate::metric::{Block, Metric};

/// The cells of one combination of values. It lives as long as the process: when it has left, another combination gets it.
#[derive(Debug)]
pub(crate) struct Tenant {
    scopes: &'static Scopes,
    /// One for each catalog that the scope covers.
    blocks: Box<[Block]>,
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
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    since: std::time::SystemTime,
}

impl Tenant {
    pub(super) fn new(scopes: &'static Scopes, blocks: Box<[Block]>) -> Self {
        Self {
            scopes,
            blocks,
            holders: AtomicUsize::new(0),
            used: AtomicU64::new(0),
            named: RwLock::new(Arc::new(Named {
                values: Box::new([]),
                #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
                since: std::time::UNIX_EPOCH,
            })),
            clock: AtomicU64::new(Now::PROCESS),
        }
    }

    /// Begins anew, for these values. Nobody holds it.
    pub(super) fn rename(&self, values: Box<[Box<str>]>, now: Now) {
        for (block, metrics) in self.blocks.iter().zip(self.scopes.metrics()) {
            block.clear(metrics);
        }
        let named = Arc::new(Named {
            values,
            #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
            since: std::time::SystemTime::now(),
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

    pub(crate) fn block(&self, index: usize) -> Option<&Block> {
        self.blocks.get(index)
    }

    pub(super) fn is_live(&self, metrics: &[&'static [Metric]]) -> bool {
        let mut blocks = self.blocks.iter().zip(metrics);
        blocks.any(|(block, metrics)| block.is_live(metrics))
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
        for (name, value) in named_values(self.scopes, &named) {
            read(name, value);
        }
    }
}

/// The labels that are there.
fn named_values<'named>(
    scopes: &'static Scopes,
    named: &'named Named,
) -> impl Iterator<Item = (&'static str, &'named str)> {
    let labels = scopes.labels().iter().map(|label| label.name);
    let values = named.values.iter().map(AsRef::as_ref);
    labels.zip(values).filter(|(_, value)| !value.is_empty())
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

    pub(crate) fn block(&self, storage: &Storage) -> Option<&Block> {
        self.tenant.block(storage.block_index())
    }

    /// Names and values of the labels that are there.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&'static str, &str)> {
        named_values(self.tenant.scopes, &self.named)
    }

    /// When it came.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn since(&self) -> std::time::SystemTime {
        self.named.since
    }
}

impl Drop for ReadScope {
    fn drop(&mut self) {
        self.tenant.holders.fetch_sub(1, Release);
    }
}
