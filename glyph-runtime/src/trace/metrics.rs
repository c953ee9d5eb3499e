//! Metrics of the spans that a pipeline records.

use std::sync::Arc;

use super::{Pipeline, Snapshot, processor::Routes};
use glyph_core::__runtime::{AnyCatalog, Measured, Observe, Observer, Source};

use crate::{Counter, Gauge, export, metric_catalog};

/// Metrics of recorded spans.
#[metric_catalog(namespace = "glyph.trace", crate = crate)]
pub(crate) struct TraceMetrics {
    /// Recorded spans that have started.
    #[metric(name = "spans.started")]
    pub(crate) spans_started: Counter,

    /// Recorded spans that have ended.
    #[metric(name = "spans.ended")]
    pub(crate) spans_ended: Counter,

    /// Spans in the ring of recent traces.
    #[metric(name = "ring.spans")]
    pub(crate) ring_spans: Gauge,
}

impl Observe for Routes {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        TraceMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        let metrics = TraceMetrics::global();
        let snapshot = Snapshot::of(self);
        observer.counter(&metrics.spans_started, snapshot.spans_started);
        observer.counter(&metrics.spans_ended, snapshot.spans_ended);
        observer.gauge(&metrics.ring_spans, snapshot.ring_spans);
    }
}

impl Measured for Pipeline {
    fn sources(&self) -> Vec<Source> {
        let routes = self.routes();
        vec![
            Source::new(Arc::<Routes>::clone(routes)),
            export::source(Arc::<Routes>::clone(routes)),
        ]
    }
}
