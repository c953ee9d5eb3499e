//! Metrics of exporters of all signals.

use std::{fmt, sync::Arc};

use super::{DropReason, ExportCounts, counts::DURATION_BOUNDS};
use glyph_core::__runtime::{AnyCatalog, Observe, Observer, Source};

use crate::{Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};
use glyph_core::label::OpenValues;

/// The signal of an exporter.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(crate = crate)]
pub(crate) enum Signal {
    /// Spans.
    Traces,
    /// Data points.
    Metrics,
    /// Log records.
    Logs,
}

/// Exporters of one signal.
pub(crate) trait Exporters: fmt::Debug + Send + Sync {
    fn signal(&self) -> Signal;

    fn counts(&self) -> Vec<ExportCounts>;
}

/// An exporter.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct Exporter<'a> {
    /// The signal that it exports.
    pub(crate) signal: Signal,
    /// The name: `otlp`, `file`, or the name that the program set.
    #[label(max = 32)]
    pub(crate) exporter: &'a str,
}

/// A [`DropReason`] as a label.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reason(DropReason);

impl Reason {
    const NAMES: [&'static str; DropReason::ALL.len()] = {
        let [a, b, c, d, e, f] = DropReason::ALL;
        [a.name(), b.name(), c.name(), d.name(), e.name(), f.name()]
    };
}

impl Label for Reason {
    const VALUES: Option<&'static [&'static str]> = Some(&Self::NAMES);
    const ANY: Self = Self(DropReason::QueueFull);

    fn digit(&self, _: Option<(&OpenValues, usize)>) -> usize {
        self.0 as usize
    }

    fn literal(index: usize, _: &'static str) -> Self {
        DropReason::ALL
            .get(index)
            .map_or(Self::ANY, |reason| Self(*reason))
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self.0.name())
    }
}

/// An exporter and a reason for dropped items.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct Dropped<'a> {
    /// The signal that it exports.
    pub(crate) signal: Signal,
    /// The name of the exporter.
    #[label(max = 32)]
    pub(crate) exporter: &'a str,
    /// The reason.
    pub(crate) reason: Reason,
}

/// Metrics of exporters.
#[metric_catalog(namespace = "glyph.export", crate = crate)]
pub(crate) struct ExportMetrics {
    /// Spans, data points and log records exported.
    #[metric(sparse)]
    pub(crate) exported: Counter<Exporter<'_>>,

    /// Spans, data points and log records dropped, by reason.
    #[metric(sparse)]
    pub(crate) dropped: Counter<Dropped<'_>>,

    /// Failed export attempts.
    #[metric(sparse)]
    pub(crate) failures: Counter<Exporter<'_>>,

    /// Spans, data points and log records waiting to be exported.
    #[metric(name = "queue.length", sparse)]
    pub(crate) queue_length: Gauge<Exporter<'_>>,

    /// Capacity of the export queue.
    #[metric(name = "queue.capacity", sparse)]
    pub(crate) queue_capacity: Gauge<Exporter<'_>>,

    /// Time until a batch was exported or given up.
    #[metric(unit = seconds, sparse, buckets = DURATION_BOUNDS)]
    pub(crate) duration: Histogram<Exporter<'_>>,
}

/// The metrics of these exporters.
pub(crate) fn source(exporters: Arc<dyn Exporters>) -> Source {
    Source::new(Arc::new(Observed(exporters)))
}

#[derive(Debug)]
struct Observed(Arc<dyn Exporters>);

impl Observe for Observed {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        ExportMetrics::global()
    }

    /// A reader shows one set of exporters for each signal.
    fn key(&self) -> &'static str {
        match self.0.signal() {
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
            Signal::Logs => "logs",
        }
    }

    fn observe(&self, observer: &mut Observer) {
        for counts in self.0.counts() {
            observe(self.0.signal(), &counts, observer);
        }
    }
}

fn observe(signal: Signal, counts: &ExportCounts, observer: &mut Observer) {
    let metrics = ExportMetrics::global();
    let exporter = counts.exporter;
    let labels = || Exporter { signal, exporter };
    observer.counter_of(&metrics.exported, labels(), counts.exported);
    for (reason, items) in counts.dropped {
        let labels = Dropped {
            signal,
            exporter,
            reason: Reason(reason),
        };
        observer.counter_of(&metrics.dropped, labels, items);
    }
    observer.counter_of(&metrics.failures, labels(), counts.failures);
    observer.gauge_of(&metrics.queue_length, labels(), counts.queue_length);
    observer.gauge_of(&metrics.queue_capacity, labels(), counts.queue_capacity);
    let sum = u64::try_from(counts.export_time.as_nanos()).unwrap_or(u64::MAX);
    observer.histogram_of(&metrics.duration, labels(), &counts.durations, sum);
}
