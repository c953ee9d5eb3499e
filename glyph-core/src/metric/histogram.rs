//! Histograms.

use std::marker::PhantomData;

use super::{AnyValue, CurrentTrace, Exemplar, Metric, Observation, exemplar::current_trace};
use crate::{
    clock::Moment,
    label::{LabelSet, OpenLookup, known_series},
};

/// A distribution over fixed buckets, as a field of a catalog.
///
/// An observation increments one bucket and is added to one sum, so the memory is fixed. Inside of
/// a sampled span, an observation becomes the exemplar of its bucket and replaces the previous one.
///
/// A value that is not finite, out of range, below zero in a unit of seconds or bytes, or too large
/// for the sum is dropped and counted in `glyph_observations_refused_total`.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use std::time::Duration;
/// use glyph_runtime::{Histogram, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_histogram")]
/// pub struct Metrics {
///     /// Time a job takes.
///     #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
///     pub job_duration: Histogram,
/// }
///
/// # fn main() {
/// let metrics = Metrics::global();
/// metrics.job_duration.observe(Duration::from_millis(20));
/// metrics.job_duration.observe(0.5);
/// let seen = metrics.job_duration.snapshot();
/// assert_eq!(seen.count(), 2);
/// assert_eq!(seen.sum(), 0.52);
/// # }
/// ```
///
/// `L` is the label set. `V` is what it observes, which the macro sets by the unit: [`AnyValue`], or
/// [`NotTime`](super::NotTime), which rejects a `Duration` at compile time.
pub struct Histogram<L = (), V = AnyValue> {
    metric: &'static Metric,
    labels: PhantomData<fn(L, V)>,
}

impl<L, V> Histogram<L, V> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(metric: &'static Metric) -> Self {
        Self {
            metric,
            labels: PhantomData,
        }
    }

    /// The metric.
    pub(crate) const fn metric(&self) -> &'static Metric {
        self.metric
    }

    #[inline]
    fn observe_series(&self, series: usize, value: &impl Observation<V>) {
        let is_observed =
            current_trace().is_some_and(|trace| self.observe_in(trace, series, value));
        if !is_observed {
            self.metric.observe(series, value);
        }
    }

    /// Counts a value with the current span as its exemplar. Returns `false` if none is sampled.
    #[inline(never)]
    fn observe_in(
        &self,
        trace: &dyn CurrentTrace,
        series: usize,
        value: &impl Observation<V>,
    ) -> bool {
        let exemplar = trace.exemplar();
        if let Some(exemplar) = exemplar {
            self.observe_sampled(series, value, exemplar);
        }
        exemplar.is_some()
    }

    fn observe_sampled(&self, series: usize, value: &impl Observation<V>, exemplar: Exemplar) {
        if let Some(bucket) = self.metric.observe(series, value) {
            self.metric
                .keep_exemplar(series, bucket, exemplar, value.value(), Moment::now());
        }
    }
}

impl<V> Histogram<(), V> {
    /// Counts a value, given in the metric's unit or as a `Duration`.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "call sites are plain values")]
    pub fn observe(&self, value: impl Observation<V>) {
        self.observe_series(0, &value);
    }

    /// Counts a value and keeps its trace as the exemplar of its bucket.
    #[expect(clippy::needless_pass_by_value, reason = "call sites are plain values")]
    pub fn observe_with_exemplar(&self, value: impl Observation<V>, exemplar: Exemplar) {
        self.observe_sampled(0, &value, exemplar);
    }

    /// Returns what has been observed so far.
    #[must_use]
    pub fn snapshot(&self) -> HistogramSnapshot {
        HistogramSnapshot::read(self.metric, 0)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are plain struct literals"
)]
impl<L: LabelSet, V> Histogram<L, V> {
    #[inline]
    fn series_index(&self, labels: &L::Of<'_>) -> usize {
        L::series_index(labels, OpenLookup::observed(self.metric.parts.open))
    }

    /// Counts a value, given in the metric's unit or as a `Duration`, in the series of `labels`.
    #[inline]
    pub fn observe(&self, labels: L::Of<'_>, value: impl Observation<V>) {
        self.observe_series(self.series_index(&labels), &value);
    }

    /// Counts a value and keeps its trace as the exemplar of its bucket.
    pub fn observe_with_exemplar(
        &self,
        labels: L::Of<'_>,
        value: impl Observation<V>,
        exemplar: Exemplar,
    ) {
        self.observe_sampled(self.series_index(&labels), &value, exemplar);
    }

    /// Returns what has been observed so far in the series of `labels`.
    #[must_use]
    pub fn snapshot(&self, labels: L::Of<'_>) -> HistogramSnapshot {
        match known_series::<L>(&labels, self.metric.parts.open) {
            Some(series) => HistogramSnapshot::read(self.metric, series),
            None => HistogramSnapshot::of_cells(self.metric, vec![0; self.metric.width]),
        }
    }
}

impl<L, V> std::fmt::Debug for Histogram<L, V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Histogram({})",
            self.metric.parts.descriptor.name
        )
    }
}

/// The state of one series of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramSnapshot {
    bounds: &'static [f64],
    counts: Vec<u64>,
    sum: f64,
}

impl HistogramSnapshot {
    pub(crate) fn read(metric: &Metric, series: usize) -> Self {
        let mut cells = Vec::new();
        metric.read(series, &mut cells);
        Self::of_cells(metric, cells)
    }

    /// Creates a snapshot from the cells of one series, or the sums of several.
    pub(crate) fn of_cells(metric: &Metric, mut counts: Vec<u64>) -> Self {
        let sum = metric.scale.sum(counts.pop().unwrap_or_default());
        Self {
            bounds: metric.parts.descriptor.buckets,
            counts,
            sum,
        }
    }

    /// The number of observed values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The sum of the observed values, in the unit of the metric.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Returns the upper bound and the count of each bucket. The last bound is infinite.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.bounds
            .iter()
            .copied()
            .chain([f64::INFINITY])
            .zip(self.counts.iter().copied())
    }

    /// Estimates the value below which the share `quantile` of all values lies, as Prometheus's
    /// `histogram_quantile` does: by linear interpolation inside buckets, and never above the last
    /// finite bound. Returns `None` if nothing was observed.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn quantile(&self, quantile: f64) -> Option<f64> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        let rank = quantile.clamp(0.0, 1.0) * total as f64;
        let (mut below, mut lower) = (0, None);
        for (upper, count) in self.buckets() {
            if (below + count) as f64 >= rank && count > 0 {
                return Some(interpolated(
                    lower,
                    upper,
                    (rank - below as f64) / count as f64,
                ));
            }
            below += count;
            lower = Some(upper);
        }
        lower
    }
}

fn interpolated(lower: Option<f64>, upper: f64, share: f64) -> f64 {
    if upper.is_infinite() {
        return lower.unwrap_or(upper);
    }
    let lower = lower.unwrap_or(if upper > 0.0 { 0.0 } else { upper });
    lower + (upper - lower) * share
}
