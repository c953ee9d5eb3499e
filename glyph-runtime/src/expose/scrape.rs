//! Metrics of scrapes.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use glyph_core::{
    __runtime::{self, AnyCatalog, ExposedMetric, Metric, Observe, Observer, read_failures},
    catalog::Registry,
    live::FailureReason,
};

use crate::{Counter, Gauge, LabelSet, metric_catalog};

/// A metric that is read from a function.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct FailedRead<'a> {
    /// The name of its family.
    #[label(max = 10_000)]
    pub(crate) metric: &'a str,
    /// Why the function did not set it.
    pub(crate) reason: FailureReason,
}

/// Metrics of scrapes.
#[metric_catalog(namespace = "glyph", max_series = 50_000, crate = crate)]
pub(crate) struct ScrapeMetrics {
    /// Rendering time of the previous scrape.
    #[metric(name = "scrape.duration", unit = seconds)]
    pub(crate) duration: Gauge,

    /// Completed scrapes.
    pub(crate) scrapes: Counter,

    /// Series of declared metrics in the previous scrape; a histogram counts once.
    pub(crate) series: Gauge,

    /// Functions that did not set the metric that is read from them, by reason.
    #[metric(name = "scrape.read.failures", sparse)]
    pub(crate) read_failures: Counter<FailedRead<'_>>,
}

/// The scrapes of one exposition.
#[derive(Debug)]
pub(super) struct Scrapes {
    registry: Registry,
    completed: AtomicU64,
    nanoseconds: AtomicU64,
    series: AtomicU64,
}

impl Scrapes {
    pub(super) fn new(registry: Registry) -> Self {
        Self {
            registry,
            completed: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
            series: AtomicU64::new(0),
        }
    }

    /// Returns the name of a metric as it is exposed, or else as it is declared.
    fn name_of(&self, metric: &Metric) -> &'static str {
        let mut exposed = __runtime::metrics(&self.registry).iter();
        let found = exposed.find(|exposed| std::ptr::eq(exposed.metric(), metric));
        found
            .map_or(metric.descriptor(), ExposedMetric::descriptor)
            .name
    }

    /// Counts a scrape that was rendered to its end.
    pub(super) fn completed(&self, took: Duration, series: u64) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.completed.fetch_add(1, Relaxed);
        self.nanoseconds.store(nanoseconds, Relaxed);
        self.series.store(series, Relaxed);
    }
}

impl Observe for Scrapes {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        ScrapeMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        let metrics = ScrapeMetrics::global();
        let took = Duration::from_nanos(self.nanoseconds.load(Relaxed));
        observer.gauge(&metrics.duration, took.as_secs_f64());
        observer.counter(&metrics.scrapes, self.completed.load(Relaxed));
        observer.gauge(&metrics.series, self.series.load(Relaxed));
        read_failures(|metric, reason, count| {
            observer.counter_named(
                &metrics.read_failures,
                &[self.name_of(metric), reason],
                count,
            );
        });
    }
}
