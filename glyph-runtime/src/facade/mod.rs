//! The recorder for the macros of the `metrics` crate.
//!
//! A key that a catalog declares is recorded in the catalog. All others go to
//! `metrics-exporter-prometheus`, and are exported with the declared metrics.
//!
//! `install` sets it. Without an installation:
//!
//! ```
//! use glyph_runtime::{Counter, Telemetry, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_facade")]
//! pub struct Metrics {
//!     /// Orders.
//!     pub orders: Counter,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop").catalog(Metrics::global()).without_listener().install()?;
//! metrics::counter!("doc_facade_orders_total").increment(1); // by another crate
//! assert_eq!(Metrics::global().orders.value(), 1);
//! # drop(telemetry);
//! # Ok(())
//! # }
//! ```

mod at_thread_end;
mod catalog;
mod claims;
mod declared;
mod handles;
mod keys;
#[cfg(test)]
mod tests;
mod upkeep;

use std::{borrow::Cow, sync::Arc};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::expose::{ExternalRecorder, names_of_page};
use at_thread_end::{ExternalHistogram, with_locals};
use claims::Claims;
use declared::{Declared, DeclaredSeries, Rejection};
use glyph_core::catalog::{Kind, Registry};
use keys::{canonical, canonical_name, escaped, family};
pub(crate) use upkeep::Upkeep;

/// A `metrics` recorder that knows the catalogs of a program.
///
/// A key is declared if it has the name of a metric in OpenTelemetry's or Prometheus's notation
/// (`glyphoxa.provider.requests`, `glyphoxa_provider_requests_total`) and the labels of the
/// metric's label set, each with an allowed value. A declared name with other labels, or of another
/// kind, is rejected and counted in `glyph_facade_refused_total`. The first rejection of a metric
/// is logged.
///
/// Other keys whose names and labels are the same on the page (`jobs.done` and `jobs_done`) are one
/// series. A name that two kinds use, or that a sample of another family has, belongs to the family
/// that was registered first. Keys of the other are rejected, counted and logged in the same way.
pub struct Recorder {
    declared: Declared,
    claims: Arc<Claims>,
    external: PrometheusRecorder,
}

/// The target of a key.
enum Target<'k> {
    Declared(Result<DeclaredSeries, Rejection>),
    External(Cow<'k, Key>),
    Nowhere,
}

impl Recorder {
    pub(crate) fn new(registry: &Registry) -> Self {
        Self {
            declared: Declared::new(registry),
            claims: Arc::new(Claims::new(names_of_page(registry))),
            external: PrometheusBuilder::new().build_recorder(),
        }
    }

    /// The recorder of keys that no catalog declares.
    pub(crate) fn external(&self) -> PrometheusHandle {
        self.external.handle()
    }

    fn target<'k>(&self, key: &'k Key, kind: Kind) -> Target<'k> {
        if let Some(series) = self.declared.series(key, kind) {
            return Target::Declared(series);
        }
        let canonical = canonical(key, kind);
        if let Cow::Owned(key) = &canonical
            && let Some(series) = self.declared.series(key, kind)
        {
            return Target::Declared(series);
        }
        if self.claims.claim(family(canonical.name(), kind), kind) {
            Target::External(canonical)
        } else {
            Target::Nowhere
        }
    }

    /// Returns the name under which the external recorder keeps the description of a metric. Of
    /// several descriptions, the first stays.
    fn described(&self, name: &KeyName, kind: Kind) -> Option<KeyName> {
        let is_declared = |name: &str| self.declared.contains(name);
        let canonical = canonical_name(name.as_str(), kind);
        (!is_declared(name.as_str()) && !is_declared(&canonical))
            .then(|| canonical.into_owned().into())
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if let Some(name) = self.described(&name, Kind::Counter) {
            let description = escaped(&description).into_owned().into();
            self.external.describe_counter(name, unit, description);
        }
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if let Some(name) = self.described(&name, Kind::Gauge) {
            let description = escaped(&description).into_owned().into();
            self.external.describe_gauge(name, unit, description);
        }
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if let Some(name) = self.described(&name, Kind::Histogram) {
            let description = escaped(&description).into_owned().into();
            self.external.describe_histogram(name, unit, description);
        }
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        match self.target(key, Kind::Counter) {
            Target::Declared(Ok(series)) => Counter::from_arc(Arc::new(series)),
            Target::External(key) => self.external.register_counter(&key, metadata),
            Target::Declared(Err(_)) | Target::Nowhere => Counter::noop(),
        }
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        match self.target(key, Kind::Gauge) {
            Target::Declared(Ok(series)) => Gauge::from_arc(Arc::new(series)),
            Target::External(key) => self.external.register_gauge(&key, metadata),
            Target::Declared(Err(_)) | Target::Nowhere => Gauge::noop(),
        }
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        match self.target(key, Kind::Histogram) {
            Target::Declared(Ok(series)) => Histogram::from_arc(Arc::new(series)),
            Target::External(key) => {
                let external = self.external.register_histogram(&key, metadata);
                Histogram::from_arc(Arc::new(ExternalHistogram(external)))
            }
            Target::Declared(Err(_)) | Target::Nowhere => Histogram::noop(),
        }
    }
}

impl ExternalRecorder for PrometheusHandle {
    fn render(&self) -> String {
        let handle = self.clone();
        with_locals(move || Self::render(&handle)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recorder").finish_non_exhaustive()
    }
}
