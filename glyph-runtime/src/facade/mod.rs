//! The recorder behind the `metrics` crate's macros.
//!
//! What a catalog declares lands in its cells; anything else goes to `metrics-exporter-prometheus`
//! and appears on the same page.

mod declared;
mod metrics;
mod handles;
mod upkeep;

use std::{borrow::Cow, sync::Arc};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Metadata, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::{
    catalog::{Kind, Registry},
    label::sanitized,
};
use declared::Declared;
pub(crate) use upkeep::Upkeep;

/// A `metrics` recorder that knows the catalogs of a program.
///
/// A key is declared when its name is that of a metric in OpenTelemetry's or Prometheus's notation
/// (`glyphoxa.provider.requests`, `glyphoxa_provider_requests_total`) and it has the labels of its
/// label set, each with an allowed value. A declared name with other labels, or of another kind, is
/// refused: counted in `glyph_facade_refused_total`, and told once in a log line.
pub struct Recorder {
    declared: Declared,
    others: PrometheusRecorder,
}

impl Recorder {
    pub(crate) fn new(registry: &Registry) -> Self {
        Self {
            declared: Declared::new(registry),
            others: PrometheusBuilder::new().build_recorder(),
        }
    }

    pub(crate) fn others(&self) -> PrometheusHandle {
        self.others.handle()
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if !self.declared.contains(name.as_str()) {
            self.others.describe_counter(name, unit, description);
        }
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if !self.declared.contains(name.as_str()) {
            self.others.describe_gauge(name, unit, description);
        }
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        if !self.declared.contains(name.as_str()) {
            self.others.describe_histogram(name, unit, description);
        }
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        match self.declared.row(key, Kind::Counter) {
            Some(Ok(row)) => Counter::from_arc(Arc::new(row)),
            Some(Err(_)) => Counter::noop(),
            None => self.others.register_counter(&bounded(key), metadata),
        }
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        match self.declared.row(key, Kind::Gauge) {
            Some(Ok(row)) => Gauge::from_arc(Arc::new(row)),
            Some(Err(_)) => Gauge::noop(),
            None => self.others.register_gauge(&bounded(key), metadata),
        }
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        match self.declared.row(key, Kind::Histogram) {
            Some(Ok(row)) => Histogram::from_arc(Arc::new(row)),
            Some(Err(_)) => Histogram::noop(),
            None => self.others.register_histogram(&bounded(key), metadata),
        }
    }
}

/// The key with its label values as open labels have them: the other recorder keeps each for good.
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

impl std::fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recorder").finish_non_exhaustive()
    }
}
