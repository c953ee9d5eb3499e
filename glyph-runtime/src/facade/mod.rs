//! The recorder for the macros of the `metrics` crate.
//!
//! A key that a catalog declares is recorded in the catalog. All others go to
//! `metrics-exporter-prometheus`, and are exported with the declared metrics.

mod catalog;
mod declared;
mod handles;
mod upkeep;

use std::{borrow::Cow, sync::Arc};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Metadata, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::expose::ExternalRecorder;
use declared::Declared;
use glyph_core::{
    catalog::{Kind, Registry},
    label::sanitized,
};
pub(crate) use upkeep::Upkeep;

/// A `metrics` recorder that knows the catalogs of a program.
///
/// A key is declared if it has the name of a metric in OpenTelemetry's or Prometheus's notation
/// (`glyphoxa.provider.requests`, `glyphoxa_provider_requests_total`) and the labels of the
/// metric's label set, each with an allowed value. A declared name with other labels, or of another
/// kind, is rejected and counted in `glyph_facade_refused_total`. The first rejection of a metric
/// is logged.
pub struct Recorder {
    declared: Declared,
    external: PrometheusRecorder,
}

impl Recorder {
    pub(crate) fn new(registry: &Registry) -> Self {
        Self {
            declared: Declared::new(registry),
            external: PrometheusBuilder::new().build_recorder(),
        }
    }

    /// The recorder of keys that no catalog declares.
    pub(crate) fn external(&self) -> PrometheusHandle {
        self.external.handle()
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if !self.declared.contains(name.as_str()) {
            self.external.describe_counter(name, unit, description);
        }
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if !self.declared.contains(name.as_str()) {
            self.external.describe_gauge(name, unit, description);
        }
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if !self.declared.contains(name.as_str()) {
            self.external.describe_histogram(name, unit, description);
        }
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        match self.declared.series(key, Kind::Counter) {
            Some(Ok(series)) => Counter::from_arc(Arc::new(series)),
            Some(Err(_)) => Counter::noop(),
            None => self.external.register_counter(&bounded(key), metadata),
        }
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        match self.declared.series(key, Kind::Gauge) {
            Some(Ok(series)) => Gauge::from_arc(Arc::new(series)),
            Some(Err(_)) => Gauge::noop(),
            None => self.external.register_gauge(&bounded(key), metadata),
        }
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        match self.declared.series(key, Kind::Histogram) {
            Some(Ok(series)) => Histogram::from_arc(Arc::new(series)),
            Some(Err(_)) => Histogram::noop(),
            None => self.external.register_histogram(&bounded(key), metadata),
        }
    }
}

/// Returns the key with its label values cut like those of open labels. The external recorder keeps
/// each value forever.
fn bounded(key: &Key) -> Cow<'_, Key> {
    let fits = |label: &Label| matches!(sanitized(label.value()), Cow::Borrowed(_));
    if key.labels().all(fits) {
        return Cow::Borrowed(key);
    }
    let labels = key.labels().map(|label| {
        Label::new(
            label.key().to_owned(),
            sanitized(label.value()).into_owned(),
        )
    });
    let labels: Vec<_> = labels.collect();
    Cow::Owned(Key::from_parts(key.name().to_owned(), labels))
}

impl ExternalRecorder for PrometheusHandle {
    fn render(&self) -> String {
        Self::render(self)
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recorder").finish_non_exhaustive()
    }
}
