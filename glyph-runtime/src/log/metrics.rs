//! Metrics of the lines of a log and of the audit trail.

use std::sync::Arc;

use super::{Counters, Dropped, Pipeline};
use glyph_core::__runtime::{AnyCatalog, Measured, Observe, Observer, Source};

use crate::{Counter, Label, LabelSet, metric_catalog};

/// Why a line was not written.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(crate = crate)]
pub(crate) enum Reason {
    /// The output was slower than the program.
    QueueFull,
    /// The output rejected it.
    WriteFailed,
    /// The log shut down before it was written.
    Shutdown,
}

/// A line that was not written.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct DroppedLine<'a> {
    /// Why.
    pub(crate) reason: Reason,
    /// The level of its event. Empty where it is not known: only a line that finds the queue full
    /// still has one.
    #[label(max = 6)]
    pub(crate) level: &'a str,
}

/// Metrics of a log.
#[metric_catalog(namespace = "glyph", crate = crate)]
pub(crate) struct LogMetrics {
    /// Log lines written.
    #[metric(name = "log.lines")]
    pub(crate) lines: Counter,

    /// Log lines not written, by reason.
    #[metric(name = "log.lines.dropped", sparse)]
    pub(crate) lines_dropped: Counter<DroppedLine<'_>>,

    /// Audit lines written.
    #[metric(name = "audit.lines")]
    pub(crate) audit_lines: Counter,

    /// Failed writes and syncs of the audit trail; they are tried again.
    #[metric(name = "audit.failures")]
    pub(crate) audit_failures: Counter,

    /// Audit lines given up at or after shutdown.
    #[metric(name = "audit.lost")]
    pub(crate) audit_lost: Counter,
}

impl Observe for Counters {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        LogMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        let metrics = LogMetrics::global();
        let snapshot = self.snapshot();
        observer.counter(&metrics.lines, snapshot.written);
        observe_dropped(&snapshot.dropped, observer);
        observer.counter(&metrics.audit_lines, snapshot.audit_written);
        observer.counter(&metrics.audit_failures, snapshot.audit_failures);
        observer.counter(&metrics.audit_lost, snapshot.audit_lost);
    }
}

fn observe_dropped(dropped: &Dropped, observer: &mut Observer) {
    let full = &dropped.queue_full;
    let lines = [
        (Reason::QueueFull, "error", full.error),
        (Reason::QueueFull, "warn", full.warn),
        (Reason::QueueFull, "info", full.info),
        (Reason::QueueFull, "debug", full.debug),
        (Reason::QueueFull, "trace", full.trace),
        (Reason::WriteFailed, "", dropped.write_failed),
        (Reason::Shutdown, "", dropped.shut_down),
    ];
    for (reason, level, lines) in lines {
        let labels = DroppedLine { reason, level };
        observer.counter_of(&LogMetrics::global().lines_dropped, labels, lines);
    }
}

impl Measured for Pipeline {
    fn sources(&self) -> Vec<Source> {
        vec![Source::new(Arc::new(self.counters()))]
    }
}
