//! Counters.

use std::{marker::PhantomData, time::Duration};

use super::{CounterAmount, Metric, amount::nanoseconds, scale::Scale};
use crate::label::{LabelSet, OpenLookup, known_series};

/// A number that only rises, as a field of a catalog.
///
/// `Counter` counts one thing; `Counter<L>` counts one for each combination of the label set `L`.
/// Adding takes no lock and allocates nothing. A count stops at its greatest value, `u64::MAX`
/// (nanoseconds in a counter of seconds). What does not fit is counted in
/// `glyph_observations_refused_total`.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, LabelSet, Status, metric_catalog};
///
/// #[derive(LabelSet)]
/// pub struct Job {
///     pub status: Status,
/// }
///
/// #[metric_catalog(namespace = "doc_counter")]
/// pub struct Metrics {
///     /// Wake-ups of the worker.
///     pub wakeups: Counter,
///     /// Jobs that ended.
///     pub jobs: Counter<Job>,
/// }
///
/// # fn main() {
/// let metrics = Metrics::global();
/// metrics.wakeups.inc();
/// metrics.jobs.add(Job { status: Status::Ok }, 2);
/// assert_eq!(metrics.wakeups.value(), 1);
/// assert_eq!(metrics.jobs.value(Job { status: Status::Ok }), 2);
/// # }
/// ```
pub struct Counter<L = ()> {
    metric: &'static Metric,
    labels: PhantomData<fn(L)>,
}

impl<L> Counter<L> {
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

    fn total(&self, series: usize) -> u64 {
        let mut cells = Vec::new();
        self.metric.read(series, &mut cells);
        cells.first().copied().unwrap_or_default()
    }

    #[inline]
    fn add_amount(&self, series: usize, amount: impl CounterAmount) {
        match amount.units() {
            Some(units) => self.metric.add_units(series, units),
            None => self.metric.reject(),
        }
    }

    /// Adds a duration: nanoseconds to a counter of seconds, and whole seconds to any other.
    #[inline]
    fn add_time(&self, series: usize, time: Duration) {
        match (self.metric.scale, nanoseconds(time)) {
            (Scale::Nanoseconds, Some(parts)) => self.metric.add(series, parts),
            (Scale::Nanoseconds, None) => self.metric.add_long(series, time),
            (Scale::Whole | Scale::Float, _) => self.metric.add(series, time.as_secs()),
        }
    }

    fn whole(&self, total: u64) -> u64 {
        total / self.metric.step.max(1)
    }
}

impl Counter<()> {
    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.metric.increment(0);
    }

    /// Adds `amount`, in the metric's unit.
    #[inline]
    pub fn add(&self, amount: impl CounterAmount) {
        self.add_amount(0, amount);
    }

    /// Adds a duration to a counter of seconds, exact to the nanosecond. Counters of other units
    /// get the whole seconds.
    #[inline]
    pub fn add_duration(&self, time: Duration) {
        self.add_time(0, time);
    }

    /// The count so far, in whole units.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.whole(self.total(0))
    }
}

impl<L: LabelSet> Counter<L> {
    #[inline]
    fn series_index(&self, labels: &L::Of<'_>) -> usize {
        L::series_index(labels, OpenLookup::observed(self.metric.parts.open))
    }

    /// Adds one to the series of `labels`.
    #[inline]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn inc(&self, labels: L::Of<'_>) {
        self.metric.increment(self.series_index(&labels));
    }

    /// Adds `amount`, in the metric's unit, to the series of `labels`.
    #[inline]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn add(&self, labels: L::Of<'_>, amount: impl CounterAmount) {
        self.add_amount(self.series_index(&labels), amount);
    }

    /// Adds a duration to a counter of seconds, exact to the nanosecond. Counters of other units
    /// get the whole seconds.
    #[inline]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn add_duration(&self, labels: L::Of<'_>, time: Duration) {
        self.add_time(self.series_index(&labels), time);
    }

    /// The count so far of the series of `labels`, in whole units.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn value(&self, labels: L::Of<'_>) -> u64 {
        let known = known_series::<L>(&labels, self.metric.parts.open);
        known.map_or(0, |series| self.whole(self.total(series)))
    }
}

impl<L> std::fmt::Debug for Counter<L> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Counter({})", self.metric.parts.descriptor.name)
    }
}
