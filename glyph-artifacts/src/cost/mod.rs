//! The series, samples and spans that a fleet writes to its storage, and their bytes.

mod table;

use std::num::NonZeroU32;

use crate::artifacts::Artifacts;
use glyph_core::{
    catalog::{Kind, MetricDescriptor, ScopeLabel},
    label::LabelValues,
};

/// Bytes of a sample in the storage of Prometheus: "1-2 bytes" (Prometheus, "Storage").
const SAMPLE_BYTES: f64 = 1.5;

/// Bytes of a span in OTLP, with a dozen of attributes.
const SPAN_BYTES: f64 = 600.0;

const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// The limit of combinations of scope labels that a catalog has by default.
const DEFAULT_MAX_SCOPES: u64 = 10_000;

/// The load of a fleet, for [`Artifacts::cost`].
///
/// With the feature `cli`, the type implements `clap::Args`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[non_exhaustive]
pub struct Load {
    /// With `--cost`, the number of replicas.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NUMBER", default_value = "1"))]
    pub replicas: NonZeroU32,

    /// With `--cost`, the seconds between two scrapes.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "SECONDS", default_value = "15")
    )]
    pub scrape_interval: NonZeroU32,

    /// With `--cost`, the calls that each replica serves in a second.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "NUMBER", default_value = "100")
    )]
    pub calls_per_second: f64,

    /// With `--cost`, the spans of a call.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NUMBER", default_value = "5"))]
    pub spans_per_call: f64,

    /// With `--cost`, the share of traces that the sampler keeps, from 0 to 1.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "SHARE", default_value = "0.1")
    )]
    pub span_ratio: f64,

    /// With `--cost`, the combinations of scope labels that are in use; without it, the default
    /// limit of a catalog.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NUMBER"))]
    pub scopes: Option<u64>,
}

/// The default of [`Load::scrape_interval`], in seconds.
const SCRAPE_INTERVAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(14);

impl Default for Load {
    fn default() -> Self {
        Self {
            replicas: NonZeroU32::MIN,
            scrape_interval: SCRAPE_INTERVAL,
            calls_per_second: 100.0,
            spans_per_call: 5.0,
            span_ratio: 0.1,
            scopes: None,
        }
    }
}

/// The cost of a catalog's metrics and spans, at most.
///
/// `Display` prints it as a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cost {
    /// The load that it is computed for.
    pub load: Load,
    /// The series of each metric in one replica, in the order of declaration.
    pub metrics: Vec<MetricCost>,
    /// The series of all replicas.
    pub series: u64,
    /// The samples that are stored in a second.
    pub samples_per_second: f64,
    /// The bytes of samples that are stored in a day.
    pub sample_bytes_per_day: f64,
    /// The spans that are exported in a second.
    pub spans_per_second: f64,
    /// The bytes of spans that are exported in a day.
    pub span_bytes_per_day: f64,
}

/// The series of a metric in one replica.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricCost {
    /// The name of the metric family.
    pub name: String,
    /// The factors, such as `5 kind × 2 status × 12 samples`.
    pub factors: String,
    /// The number of series, at most.
    pub series: u64,
}

impl Artifacts {
    /// Returns what the metrics and spans cost the storage of a fleet, at most.
    ///
    /// Each metric has a series for each combination of its labels' values, an open label as many
    /// as its limit. A histogram has three more than buckets for each combination: the last bucket,
    /// the sum and the count.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use glyph_artifacts::{Artifacts, Load};
    /// use glyph_core::{Histogram, metric_catalog};
    ///
    /// #[metric_catalog(namespace = "doc_cost")]
    /// pub struct Metrics {
    ///     /// Time until an order is confirmed.
    ///     #[metric(unit = seconds, buckets = [100ms, 500ms, 1s])]
    ///     pub orders: Histogram,
    /// }
    ///
    /// # fn main() {
    /// let mut load = Load::default();
    /// load.replicas = NonZeroU32::new(200).unwrap();
    /// let cost = Artifacts::of::<Metrics>().cost(&load);
    /// assert_eq!(cost.series, 200 * 6);
    /// # }
    /// ```
    #[must_use]
    pub fn cost(&self, load: &Load) -> Cost {
        let families = self.families();
        let metrics = families.metrics();
        let metrics: Vec<_> = metrics
            .map(|metric| metric_cost(metric, families.scope(metric), load))
            .collect();
        let of_replica = metrics
            .iter()
            .fold(0_u64, |sum, metric| sum.saturating_add(metric.series));
        let replicas = f64::from(load.replicas.get());
        let series = of_replica.saturating_mul(u64::from(load.replicas.get()));
        let samples_per_second = as_f64(series) / f64::from(load.scrape_interval.get());
        let calls = load.calls_per_second * replicas;
        let spans_per_second = calls * load.spans_per_call * load.span_ratio;
        Cost {
            load: *load,
            metrics,
            series,
            samples_per_second,
            sample_bytes_per_day: samples_per_second * SAMPLE_BYTES * SECONDS_OF_A_DAY,
            spans_per_second,
            span_bytes_per_day: spans_per_second * SPAN_BYTES * SECONDS_OF_A_DAY,
        }
    }
}

fn metric_cost(metric: &MetricDescriptor, scope: &[ScopeLabel], load: &Load) -> MetricCost {
    let mut factors: Vec<(u64, String)> = Vec::new();
    for label in metric.labels {
        let values = match label.values {
            LabelValues::Closed(values) => values.len(),
            LabelValues::Open { max } => max,
        };
        factors.push((count(values), label.name.to_owned()));
    }
    if let Some(scopes) = scopes(scope, load) {
        factors.push((scopes, "scopes".to_owned()));
    }
    if metric.kind == Kind::Histogram {
        factors.push((
            count(metric.buckets.len()).saturating_add(3),
            "samples".to_owned(),
        ));
    }
    let product = factors.iter().fold(1_u64, |product, (factor, _)| {
        product.saturating_mul(*factor)
    });
    let factors: Vec<_> = factors
        .iter()
        .map(|(factor, name)| format!("{} {name}", table::grouped(*factor)))
        .collect();
    MetricCost {
        name: metric.name.to_owned(),
        factors: factors.join(" × "),
        series: product,
    }
}

/// Returns the number of combinations of scope labels; `None` for a metric without scope labels.
fn scopes(scope: &[ScopeLabel], load: &Load) -> Option<u64> {
    if scope.is_empty() {
        return None;
    }
    // Two more values for each label: absent and `other`.
    let sizes = || scope.iter().map(|label| count(label.max).saturating_add(2));
    let all = sizes().fold(1, u64::saturating_mul);
    let values = sizes().fold(0, u64::saturating_add);
    let most = all.min(values.max(DEFAULT_MAX_SCOPES));
    Some(load.scopes.unwrap_or(most))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate needs no more than 53 bits"
)]
fn as_f64(number: u64) -> f64 {
    number as f64
}
