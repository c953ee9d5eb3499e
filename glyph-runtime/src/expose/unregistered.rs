//! Catalogs that record and are not exposed.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex},
};

use glyph_core::__runtime::{AnyCatalog, DeclaredCatalog, Observe, Observer, unexposed_catalogs};

use crate::{Gauge, LabelSet, metric_catalog, origin::Origin};

/// The target of events about catalogs.
const LOG: &str = "glyph::catalog";

/// A catalog of the program.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct CatalogName<'a> {
    /// The name of its struct.
    #[label(max = 64)]
    pub(crate) catalog: &'a str,
}

/// Metrics of catalogs.
#[metric_catalog(namespace = "glyph.catalog", crate = crate)]
pub(crate) struct CatalogMetrics {
    /// Catalogs that record and are not exposed, because they were not passed to `.catalog(..)`.
    #[metric(sparse)]
    pub(crate) unregistered: Gauge<CatalogName<'_>>,
}

/// The catalogs that record and are not exposed.
#[derive(Debug)]
pub(super) struct Unregistered;

impl Observe for Unregistered {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        CatalogMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        let metrics = CatalogMetrics::global();
        for DeclaredCatalog { name, .. } in unexposed_catalogs() {
            observer.gauge_of(&metrics.unregistered, CatalogName { catalog: name }, 1.0);
        }
    }
}

/// The places of the catalogs that were logged.
type Logged = HashSet<(&'static str, u32)>;

/// Logs each catalog that records and is not exposed, once in the process.
pub(super) fn log() {
    static LOGGED: LazyLock<(Origin, Mutex<Logged>)> = LazyLock::new(Default::default);
    let (origin, logged) = &*LOGGED;
    for DeclaredCatalog {
        name, file, line, ..
    } in unexposed_catalogs()
    {
        let logged = origin.lock(logged);
        if !logged.is_some_and(|mut logged| logged.insert((file, line))) {
            continue;
        }
        tracing::warn!(
            target: LOG,
            catalog = name,
            "catalog `{name}`, declared at {file}:{line}, records and is not exposed: add \
             `.catalog({name}::global())` to the telemetry, or nest it in a catalog that is added",
        );
    }
}
