//! Metrics of the limits of recording.

use super::{AnyCatalog, Observe, Observer, Registry};
use crate::{
    Counter, LabelSet,
    descriptor::ScopeLabel,
    metric::{ExposedMetric, Metric},
    metric_catalog,
};

/// A label of a declared metric.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct LimitedLabel<'a> {
    /// The family's name.
    #[label(max = 10_000)]
    pub(crate) metric: &'a str,
    /// The label's name.
    #[label(max = 100)]
    pub(crate) label: &'a str,
}

/// A declared metric.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct LimitedMetric<'a> {
    /// The family's name.
    #[label(max = 10_000)]
    pub(crate) metric: &'a str,
}

/// Counts of values that were recorded as `other` or rejected.
#[metric_catalog(namespace = "glyph", max_series = 2_000_000, crate = crate)]
pub(crate) struct LimitMetrics {
    /// Observations counted as `other` because an open label had reached its limit.
    #[metric(name = "label.overflow", sparse)]
    pub(crate) overflow: Counter<LimitedLabel<'_>>,

    /// Values rejected as not finite, out of range, or too large for a total.
    #[metric(name = "observations.refused", sparse)]
    pub(crate) rejected: Counter<LimitedMetric<'_>>,
}

impl Observe for Registry {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        LimitMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        for metric in self.metrics() {
            observe_overflow(metric, observer);
            let name = [metric.descriptor().name];
            let rejected = &LimitMetrics::global().rejected;
            observer.counter_named(rejected, &name, metric.metric().rejected());
        }
    }
}

/// Reports one series for each open label and, after a scope was entered, for each scope label.
fn observe_overflow(exposed: &ExposedMetric, observer: &mut Observer) {
    let overflow = &LimitMetrics::global().overflow;
    let (metric, descriptor) = (exposed.metric(), exposed.descriptor());
    let labels = metric.parts.descriptor.labels.iter().enumerate();
    let open = labels.filter(|(_, label)| label.is_open());
    for ((index, label), values) in open.zip(metric.parts.open) {
        if !exposed.keeps_label(index) {
            continue;
        }
        let names = [descriptor.name, label.name];
        observer.counter_named(overflow, &names, values.overflowed());
    }
    for (index, label) in scope_labels(metric).iter().enumerate() {
        let names = [descriptor.name, label.name];
        observer.counter_named(overflow, &names, metric.scope_overflowed(index));
    }
}

fn scope_labels(metric: &Metric) -> &'static [ScopeLabel] {
    match metric.target() {
        Some(target) if target.was_used() => target.labels(),
        _ => &[],
    }
}
