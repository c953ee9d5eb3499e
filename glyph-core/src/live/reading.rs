//! Gauges and counters that are read from functions.

use std::{
    fmt, mem,
    sync::{Arc, atomic::AtomicU64},
};

use super::{
    function::{Function, Source},
    round,
    target::Target,
};
use crate::{
    Counter, Gauge, LabelSet,
    label::OpenLookup,
    metric::{CounterAmount, GaugeValue, Metric},
};

/// Reads a metric from a function while it exists. `read_from` of a gauge or a counter returns it.
///
/// After its drop the metric keeps the last value.
#[must_use = "dropping it ends the reading: keep it, or call `.forever()`"]
pub struct Reading(Arc<Function>);

impl Reading {
    fn new(metric: &'static Metric, series: usize, source: Source) -> Self {
        let function = Arc::new(Function::new(Target::new(metric, series), source));
        round::add(&function);
        Self(function)
    }

    /// Reads the metric as long as the process runs.
    pub fn forever(self) {
        mem::forget(self);
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        round::remove(&self.0);
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

fn gauge<V: GaugeValue>(function: impl Fn() -> V + Send + Sync + 'static) -> Source {
    Source::Gauge(Box::new(move || function().value()))
}

fn counter<V: CounterAmount>(function: impl Fn() -> V + Send + Sync + 'static) -> Source {
    Source::Counter(Box::new(move || function().units()), AtomicU64::new(0))
}

fn series<L: LabelSet>(metric: &'static Metric, labels: &L::Of<'_>) -> usize {
    L::series_index(labels, OpenLookup::observed(metric.parts.open))
}

impl Gauge<()> {
    /// Sets the gauge from a function before each scrape, push and captured read, until the
    /// [`Reading`] is dropped.
    ///
    /// Functions run one after the other on a separate thread, and an export waits for all of them at
    /// most one second. A function that is slower or panics leaves the last value, does not hold up
    /// later exports, and is counted in `glyph_scrape_read_failures_total`. Another function for the
    /// same series replaces this one. There can be 1024 functions.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// # use glyph_runtime::{Gauge, metric_catalog};
    /// use std::sync::{Arc, Mutex};
    ///
    /// #[metric_catalog(namespace = "doc_read_from")]
    /// pub struct Metrics {
    ///     /// Jobs in the queue.
    ///     pub queue_length: Gauge,
    /// }
    ///
    /// # fn main() {
    /// let queue = Arc::new(Mutex::new(vec!["a job"]));
    /// let length = Arc::clone(&queue);
    /// let _reading = Metrics::global().queue_length.read_from(move || length.lock().unwrap().len());
    /// # }
    /// ```
    pub fn read_from<V: GaugeValue>(
        &self,
        function: impl Fn() -> V + Send + Sync + 'static,
    ) -> Reading {
        Reading::new(self.metric(), 0, gauge(function))
    }
}

impl<L: LabelSet> Gauge<L> {
    /// Sets the series of `labels` from a function before each scrape, push and captured read; see
    /// `Gauge<()>::read_from`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn read_from<V: GaugeValue>(
        &self,
        labels: L::Of<'_>,
        function: impl Fn() -> V + Send + Sync + 'static,
    ) -> Reading {
        let metric = self.metric();
        Reading::new(metric, series::<L>(metric, &labels), gauge(function))
    }
}

impl Counter<()> {
    /// Raises the counter to the total that a function returns, before each scrape, push and captured
    /// read, until the [`Reading`] is dropped.
    ///
    /// The total is in whole units of the metric, and starts at zero. A total that falls has begun again
    /// at zero. [`Gauge::read_from`] has the limits.
    pub fn read_from<V: CounterAmount>(
        &self,
        function: impl Fn() -> V + Send + Sync + 'static,
    ) -> Reading {
        Reading::new(self.metric(), 0, counter(function))
    }
}

impl<L: LabelSet> Counter<L> {
    /// Raises the series of `labels` to the total that a function returns, before each scrape, push and
    /// captured read; see `Counter<()>::read_from`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn read_from<V: CounterAmount>(
        &self,
        labels: L::Of<'_>,
        function: impl Fn() -> V + Send + Sync + 'static,
    ) -> Reading {
        let metric = self.metric();
        Reading::new(metric, series::<L>(metric, &labels), counter(function))
    }
}
