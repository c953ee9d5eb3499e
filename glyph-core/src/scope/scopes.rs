//! The scopes of one catalog.

use std::{
    borrow::Cow,
    fmt, ptr,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{
    ScopeLease,
    current::active_in,
    directory::{Directory, ScopeParts},
    scope_entry::ScopeEntry,
};
use crate::{
    catalog::{AnyCatalog, ScopeLabel},
    isolation::{self, Current},
    label::sanitized,
    metric::{CatalogCells, Metric, ReadTarget, RecordingTarget, ScopeCells, TargetCells},
    sync::{get_or_create, lock},
};

/// The scopes that a catalog's metrics are recorded in.
#[doc(hidden)]
pub struct Scopes {
    parts: ScopeParts,
    idle: AtomicU64,
    covered: OnceLock<Box<[Covered]>>,
    directory: Directory,
    /// Entries without a combination, to be reused.
    spare: Mutex<Vec<&'static ScopeEntry>>,
}

/// A catalog that is recorded in the scopes: the one that declares them, or one nested in it.
struct Covered {
    cells: &'static CatalogCells,
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

    /// Sets the time after which an unused combination is removed.
    pub fn idle_after(&self, idle: Duration) {
        let idle = u64::try_from(idle.as_nanos()).unwrap_or(u64::MAX);
        self.idle.store(idle, Relaxed);
    }

    pub(super) const fn limit(&self) -> usize {
        self.parts.limit
    }

    pub(super) fn idle(&self) -> u64 {
        self.idle.load(Relaxed)
    }

    pub(super) fn resolve(&'static self, values: &[Option<&str>]) -> Option<ScopeLease> {
        let values: Vec<Cow<'_, str>> = values
            .iter()
            .map(|value| sanitized(value.unwrap_or_default()))
            .collect();
        let is_absent = values.iter().all(|value| value.is_empty());
        if is_absent {
            return None;
        }
        self.directory().resolve(self, &values)
    }

    fn directory(&'static self) -> Current<'static, Directory> {
        isolation::current(&self.directory)
    }

    fn covered(&'static self) -> &'static [Covered] {
        get_or_create(&self.covered, || {
            let mut covered = Vec::new();
            collect((self.parts.catalog)(), &mut covered);
            for (index, covered) in covered.iter().enumerate() {
                covered.cells.recorded_in(self, index);
            }
            covered.into()
        })
        .as_ref()
    }

    pub(super) fn metrics(&'static self) -> Vec<&'static [Metric]> {
        self.covered()
            .iter()
            .map(|covered| covered.metrics)
            .collect()
    }

    /// Returns an entry without a combination.
    pub(super) fn fresh(&'static self) -> &'static ScopeEntry {
        let covered = self.covered().iter();
        let spare = lock(&self.spare).pop();
        spare.unwrap_or_else(|| {
            let cells = covered
                .map(|covered| ScopeCells::new(covered.cells.slots(), covered.metrics.len()));
            Box::leak(Box::new(ScopeEntry::new(self, cells.collect())))
        })
    }

    pub(super) fn give_back(&self, entry: &'static ScopeEntry) {
        lock(&self.spare).push(entry);
    }

    /// Returns the cells of the catalogs that are recorded here. A nested catalog is recorded in
    /// the scopes that were used first.
    fn catalogs(&'static self) -> impl Iterator<Item = &'static CatalogCells> {
        let catalogs = self.covered().iter().map(|covered| covered.cells);
        catalogs.filter(|catalog| {
            catalog
                .target()
                .is_some_and(|target| ptr::addr_eq(target, self))
        })
    }

    pub(super) fn mask(&'static self) {
        self.catalogs().for_each(CatalogCells::mask);
    }

    pub(super) fn unmask(&'static self) {
        self.catalogs().for_each(CatalogCells::unmask);
    }
}

impl RecordingTarget for Scopes {
    fn current(&self, index: usize) -> Option<TargetCells> {
        let active = active_in(self)?;
        Some(TargetCells {
            cells: active.entry.cells(index)?,
            overflowed: active.overflowed,
        })
    }

    fn labels(&self) -> &'static [ScopeLabel] {
        self.parts.labels
    }

    fn was_used(&'static self) -> bool {
        self.directory().was_used()
    }

    fn to_read(&'static self) -> Vec<Arc<dyn ReadTarget>> {
        let scopes = self.directory().to_read(self).into_iter();
        scopes.map(|scope| Arc::new(scope) as _).collect()
    }
}

/// Collects a catalog and its nested catalogs without a scope.
fn collect(catalog: &'static dyn AnyCatalog, covered: &mut Vec<Covered>) {
    let metrics = catalog.metrics();
    if let Some(first) = metrics.first() {
        let cells = first.parts.cells;
        if covered.iter().all(|known| !ptr::eq(known.cells, cells)) {
            covered.push(Covered { cells, metrics });
        }
    }
    for nested in catalog.nested() {
        if nested.descriptor().scope.is_empty() {
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
