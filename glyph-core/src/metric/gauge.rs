//! Gauges.

use std::marker::PhantomData;

use super::{GaugeValue, Metric};
use crate::label::LabelSet;

/// A number that rises and falls, as a field of a catalog.
///
/// Adding and subtracting take no lock. Setting reads what every thread has added: a gauge can be
/// both set and added to. Integers are exact up to 2^53.
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
        self.metric.add_float(0, 1.0);
    }

    /// Subtracts one.
    #[inline]
    pub fn dec(&self) {
        self.metric.add_float(0, -1.0);
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&self, amount: impl GaugeValue) {
        self.metric.add_float(0, amount.value());
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn sub(&self, amount: impl GaugeValue) {
        self.metric.add_float(0, -amount.value());
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
        L::series_index(labels, self.metric.parts.open)
    }

    /// Adds one to the series of `labels`.
    #[inline]
    pub fn inc(&self, labels: L::Of<'_>) {
        self.metric.add_float(self.series_index(&labels), 1.0);
    }

    /// Subtracts one from the series of `labels`.
    #[inline]
    pub fn dec(&self, labels: L::Of<'_>) {
        self.metric.add_float(self.series_index(&labels), -1.0);
    }

    /// Adds `amount` to the series of `labels`.
    #[inline]
    pub fn add(&self, labels: L::Of<'_>, amount: impl GaugeValue) {
        self.metric
            .add_float(self.series_index(&labels), amount.value());
    }

    /// Subtracts `amount` from the series of `labels`.
    #[inline]
    pub fn sub(&self, labels: L::Of<'_>, amount: impl GaugeValue) {
        self.metric
            .add_float(self.series_index(&labels), -amount.value());
    }

    /// Sets the series of `labels` to `value`.
    #[inline]
    pub fn set(&self, labels: L::Of<'_>, value: impl GaugeValue) {
        self.metric.set(self.series_index(&labels), value.value());
    }

    /// The value now of the series of `labels`.
    #[must_use]
    pub fn value(&self, labels: L::Of<'_>) -> f64 {
        self.read(self.series_index(&labels))
    }
}

impl<L> std::fmt::Debug for Gauge<L> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Gauge({})", self.metric.parts.descriptor.name)
    }
}
