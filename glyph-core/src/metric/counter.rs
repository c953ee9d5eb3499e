//! Counters.

use std::{marker::PhantomData, time::Duration};

use super::{Metric, scale::Scale};
use crate::label::LabelSet;

/// A number that only rises, as a field of a catalog.
///
/// `Counter` counts one thing; `Counter<L>` counts one for each combination of the label set `L`.
/// Adding takes no lock and allocates nothing.
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

    /// A counter of seconds counts nanoseconds.
    #[inline]
    fn amount(&self, amount: u64) -> u64 {
        amount.wrapping_mul(self.metric.step)
    }

    #[inline]
    fn amount_of_duration(&self, time: Duration) -> u64 {
        match self.metric.scale {
            Scale::Nanoseconds => u64::try_from(time.as_nanos()).unwrap_or(u64::MAX),
            Scale::Whole | Scale::Float => time.as_secs(),
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
        self.add(1);
    }

    /// Adds `amount`, in the metric's unit.
    #[inline]
    pub fn add(&self, amount: u64) {
        self.metric.add(0, self.amount(amount));
    }

    /// Adds a duration to a counter of seconds, exact to the nanosecond. Counters of other units
    /// get the whole seconds.
    #[inline]
    pub fn add_duration(&self, time: Duration) {
        self.metric.add(0, self.amount_of_duration(time));
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
        L::series_index(labels, self.metric.parts.open)
    }

    /// Adds one to the series of `labels`.
    #[inline]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn inc(&self, labels: L::Of<'_>) {
        self.metric.add(self.series_index(&labels), self.amount(1));
    }

    /// Adds `amount`, in the metric's unit, to the series of `labels`.
    #[inline]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn add(&self, labels: L::Of<'_>, amount: u64) {
        self.metric
            .add(self.series_index(&labels), self.amount(amount));
    }

    /// Adds a duration to a counter of seconds, exact to the nanosecond. Counters of other units
    /// get the whole seconds.
    #[inline]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn add_duration(&self, labels: L::Of<'_>, time: Duration) {
        self.metric
            .add(self.series_index(&labels), self.amount_of_duration(time));
    }

    /// The count so far of the series of `labels`, in whole units.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn value(&self, labels: L::Of<'_>) -> u64 {
        self.whole(self.total(self.series_index(&labels)))
    }
}

impl<L> std::fmt::Debug for Counter<L> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Counter({})", self.metric.parts.descriptor.name)
    }
}
