//! The catalog as a reference: each metric, its labels, and how many series it has.

use glyph_core::{
    __runtime::{Metric, OpenValues, metrics},
    catalog::{Kind, MetricDescriptor},
    label::{LabelDescriptor, LabelValues},
};
use serde::Serialize;

use crate::expose::Exposition;

/// What `/api/v1/metrics` responds with.
#[derive(Debug, Serialize)]
pub(super) struct Catalog {
    metrics: Vec<MetricView>,
}

#[derive(Debug, Serialize)]
struct MetricView {
    name: &'static str,
    otel_name: &'static str,
    kind: &'static str,
    unit: &'static str,
    help: &'static str,
    labels: Vec<LabelView>,
    buckets: &'static [f64],
    series: usize,
    /// The limit of series. `None` if their number is not limited by the labels.
    max_series: Option<usize>,
    /// Observations that were rejected as not finite or out of range.
    rejected: u64,
    /// Whether the telemetry itself reads it, and no catalog of the program declares it.
    built_in: bool,
}

#[derive(Debug, Serialize)]
struct LabelView {
    name: &'static str,
    /// The values of a closed label.
    values: Option<&'static [&'static str]>,
    /// The limit of distinct values.
    max: usize,
    /// Recordings under `other`, because the label had reached its limit.
    other: u64,
    /// Whether the value comes from the scope.
    from_scope: bool,
}

/// Returns all metrics in the order of their names: those of the program, then those that are built in.
pub(super) fn catalog(exposition: &Exposition) -> Catalog {
    let declared = metrics(exposition.registry()).iter().map(|exposed| {
        let kept = |index| exposed.keeps_label(index);
        let series = exposed.present_series().count();
        view(exposed.descriptor(), exposed.metric(), kept, series)
    });
    let mut all: Vec<MetricView> = declared.collect();
    for family in exposition.internal() {
        let metric = family.metric;
        let view = view(metric.descriptor(), metric, |_| true, family.series.len());
        all.push(MetricView {
            max_series: None,
            built_in: true,
            ..view
        });
    }
    Catalog { metrics: all }
}

/// Returns a metric under its exposed descriptor. `keeps` are the declared labels that are exposed.
fn view(
    descriptor: &'static MetricDescriptor,
    metric: &'static Metric,
    keeps: impl Fn(usize) -> bool,
    series: usize,
) -> MetricView {
    let mut labels = own_labels(metric, keeps);
    labels.extend(scope_labels(metric));
    let limits = labels.iter().map(LabelView::limit);
    MetricView {
        name: descriptor.name,
        otel_name: descriptor.otel_name,
        kind: kind(descriptor.kind),
        unit: descriptor.unit.suffix(),
        help: descriptor.help,
        buckets: descriptor.buckets,
        series,
        max_series: limits.reduce(usize::saturating_mul).or(Some(1)),
        rejected: metric.rejected(),
        built_in: false,
        labels,
    }
}

impl LabelView {
    /// An open label has `other` in addition, and a scope label can be absent.
    fn limit(&self) -> usize {
        let further = usize::from(self.values.is_none()) + usize::from(self.from_scope);
        self.max.saturating_add(further)
    }
}

fn own_labels(metric: &'static Metric, keeps: impl Fn(usize) -> bool) -> Vec<LabelView> {
    let mut open = metric.open().iter();
    let labels = metric.descriptor().labels.iter().enumerate();
    let labels = labels.filter_map(|(index, label)| {
        let view = own_label(label, || open.next().map_or(0, OpenValues::overflowed));
        keeps(index).then_some(view)
    });
    labels.collect()
}

fn own_label(label: &LabelDescriptor, other: impl FnOnce() -> u64) -> LabelView {
    let (values, max, other) = match label.values {
        LabelValues::Closed(values) => (Some(values), values.len(), 0),
        LabelValues::Open { max } => (None, max, other()),
    };
    LabelView {
        name: label.name,
        values,
        max,
        other,
        from_scope: false,
    }
}

/// Returns the labels of the scope, once one was entered.
fn scope_labels(metric: &'static Metric) -> Vec<LabelView> {
    let target = metric.target().filter(|target| target.was_used());
    let labels = target.map_or(&[][..], |target| target.labels());
    let labels = labels.iter().enumerate().map(|(index, label)| LabelView {
        name: label.name,
        values: None,
        max: label.max,
        other: metric.scope_overflowed(index),
        from_scope: true,
    });
    labels.collect()
}

pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}
