//! The scopes of one catalog.

use std::{
    borrow::Cow,
    fmt, ptr,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use super::ReadScope;
use super::{
    Held,
    directory::{Directory, ScopeParts},
    tenant::Tenant,
};
use crate::{
    catalog::{AnyCatalog, ScopeLabel},
    label::sanitized,
    metric::{Block, Metric, Storage},
};

/// The scopes that a catalog's metrics are recorded in.
#[doc(hidden)]
pub struct Scopes {
    parts: ScopeParts,
    idle: AtomicU64,
    covered: OnceLock<Box<[Covered]>>,
    directory: Directory,
    /// Tenants that have left, for others.
    spare: Mutex<Vec<&'static Tenant>>,
}

/// A catalog that is recorded in the scopes: the one that declares them, or one nested in it.
struct Covered {
    storage: &'static Storage,
    metrics: &'static [Metric],
}

impl Scopes {
    #[must_use]
    pub const fn new(parts: ScopeParts) -> Self {
        Self {
            idle: AtomicU64::new(parts.idle_seconds.saturating_mul(1_000_000_000)),
            parts,
            covered: OnceLock::new(),
            directory: Directory::new(),
            spare: Mutex::new(Vec::new()),
        }
    }

    /// Sets how long a combination stays that nobody uses.
    pub fn idle_after(&self, idle: Duration) {
        let idle = u64::try_from(idle.as_nanos()).unwrap_or(u64::MAX);
        self.idle.store(idle, Relaxed);
    }

    pub(crate) const fn labels(&self) -> &'static [ScopeLabel] {
        self.parts.labels
    }

    pub(super) const fn limit(&self) -> usize {
        self.parts.limit
    }

    pub(super) fn idle(&self) -> u64 {
        self.idle.load(Relaxed)
    }

    pub(super) fn resolve(&'static self, values: &[Option<&str>]) -> Option<Held> {
        let values: Vec<Cow<'_, str>> = values
            .iter()
            .map(|value| sanitized(value.unwrap_or_default()))
            .collect();
        let is_absent = values.iter().all(|value| value.is_empty());
        (!is_absent).then(|| self.directory().resolve(self, &values))
    }

    #[cfg(feature = "testing")]
    fn directory(&'static self) -> crate::testing::Isolated<Directory> {
        crate::testing::Isolated::directory(&self.directory)
    }

    #[cfg(not(feature = "testing"))]
    const fn directory(&'static self) -> &'static Directory {
        &self.directory
    }

    /// Everybody who is not idle, in order.
    pub(crate) fn to_read(&'static self) -> Vec<ReadScope> {
        self.directory().to_read(self)
    }

    /// Whether anybody ever was in one of these scopes.
    pub(crate) fn were_used(&'static self) -> bool {
        self.directory().was_used()
    }

    fn covered(&'static self) -> &'static [Covered] {
        self.covered.get_or_init(|| {
            let mut covered = Vec::new();
            collect((self.parts.catalog)(), &mut covered);
            for (index, covered) in covered.iter().enumerate() {
                covered.storage.recorded_in(self, index);
            }
            covered.into()
        })
    }

    pub(super) fn metrics(&'static self) -> Vec<&'static [Metric]> {
        self.covered()
            .iter()
            .map(|covered| covered.metrics)
            .collect()
    }

    /// A tenant that nobody has.
    pub(super) fn fresh(&'static self) -> &'static Tenant {
        let covered = self.covered().iter();
        let spare = self
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        spare.unwrap_or_else(|| {
            let blocks =
                covered.map(|covered| Block::new(covered.storage.slots(), covered.metrics.len()));
            Box::leak(Box::new(Tenant::new(self, blocks.collect())))
        })
    }

    pub(super) fn give_back(&self, tenant: &'static Tenant) {
        self.spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(tenant);
    }

    /// Those that no others have taken first.
    fn storages(&'static self) -> impl Iterator<Item = &'static Storage> {
        let storages = self.covered().iter().map(|covered| covered.storage);
        storages.filter(|storage| storage.scopes().is_some_and(|scopes| ptr::eq(scopes, self)))
    }

    pub(super) fn mask(&'static self) {
        self.storages().for_each(Storage::mask);
    }

    pub(super) fn unmask(&'static self) {
        self.storages().for_each(Storage::unmask);
    }
}

/// The catalog and everything nested in it that has no scope of its own.
fn collect(catalog: &'static dyn AnyCatalog, covered: &mut Vec<Covered>) {
    let metrics = catalog.metrics();
    if let Some(first) = metrics.first() {
        let storage = first.parts.storage;
        if covered.iter().all(|known| !ptr::eq(known.storage, storage)) {
            covered.push(Covered { storage, metrics });
        }
    }
    for nested in catalog.nested() {
        if nested.scopes().is_none() {
            collect(nested, covered);
        }
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Scopes")
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}
