//! Gauges.

use std::marker::PhantomData;

use super::{GaugeValue, Metric};
use crate::label::{LabelSet, OpenLookup, known_series};

/// A number that rises and falls, as a field of a catalog.
///
/// No method takes a lock. A gauge can be both set and added to: after `set` it reads what was set,
/// whatever was added before. Integers are exact up to 2^53, in any order of additions. An amount or
/// a result that is not finite changes nothing, and is counted in
/// `glyph_observations_refused_total`.
///
/// Additions to a gauge that was set are atomic operations on memory that threads share.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Gauge, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_gauge")]
/// pub struct Metrics {
///     /// Live sessions.
///     pub active_sessions: Gauge,
/// }
///
/// # fn main() {
/// let metrics = Metrics::global();
/// metrics.active_sessions.set(5);
/// metrics.active_sessions.dec();
/// assert_eq!(metrics.active_sessions.value(), 4.0);
/// # }
/// ```
pub struct Gauge<L = ()> {
    metric: &'static Metric,
    labels: PhantomData<fn(L)>,
}

impl<L> Gauge<L> {
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
    fn add_series(&self, series: usize, amount: impl GaugeValue) {
        match amount.integer() {
            Some(integer) => self.metric.shift(series, integer),
            None => self.metric.add_number(series, amount.value()),
        }
    }

    #[inline]
    fn sub_series(&self, series: usize, amount: impl GaugeValue) {
        match amount.integer().and_then(i64::checked_neg) {
            Some(integer) => self.metric.shift(series, integer),
            None => self.metric.add_number(series, -amount.value()),
        }
    }

    fn read(&self, series: usize) -> f64 {
        let mut cells = Vec::new();
        self.metric.read(series, &mut cells);
        cells.first().copied().map_or(0.0, f64::from_bits)
    }
}

impl Gauge<()> {
    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.metric.shift(0, 1);
    }

    /// Subtracts one.
    #[inline]
    pub fn dec(&self) {
        self.metric.shift(0, -1);
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&self, amount: impl GaugeValue) {
        self.add_series(0, amount);
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn sub(&self, amount: impl GaugeValue) {
        self.sub_series(0, amount);
    }

    /// Sets the gauge to `value`.
    #[inline]
    pub fn set(&self, value: impl GaugeValue) {
        self.metric.set(0, value.value());
    }

    /// The value now.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.read(0)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are plain struct literals"
)]
impl<L: LabelSet> Gauge<L> {
    #[inline]
    fn series_index(&self, labels: &L::Of<'_>) -> usize {
        L::series_index(labels, OpenLookup::observed(self.metric.parts.open))
    }

    /// Adds one to the series of `labels`.
    #[inline]
    pub fn inc(&self, labels: L::Of<'_>) {
        self.metric.shift(self.series_index(&labels), 1);
    }

    /// Subtracts one from the series of `labels`.
    #[inline]
    pub fn dec(&self, labels: L::Of<'_>) {
        self.metric.shift(self.series_index(&labels), -1);
    }

    /// Adds `amount` to the series of `labels`.
    #[inline]
    pub fn add(&self, labels: L::Of<'_>, amount: impl GaugeValue) {
        self.add_series(self.series_index(&labels), amount);
    }

    /// Subtracts `amount` from the series of `labels`.
    #[inline]
    pub fn sub(&self, labels: L::Of<'_>, amount: impl GaugeValue) {
        self.sub_series(self.series_index(&labels), amount);
    }

    /// Sets the series of `labels` to `value`.
    #[inline]
    pub fn set(&self, labels: L::Of<'_>, value: impl GaugeValue) {
        self.metric.set(self.series_index(&labels), value.value());
    }

    /// The value now of the series of `labels`.
    #[must_use]
    pub fn value(&self, labels: L::Of<'_>) -> f64 {
        let known = known_series::<L>(&labels, self.metric.parts.open);
        known.map_or(0.0, |series| self.read(series))
    }
}

impl<L> std::fmt::Debug for Gauge<L> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Gauge({})", self.metric.parts.descriptor.name)
    }
}
