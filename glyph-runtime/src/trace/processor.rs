//! The start and the end of spans.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use opentelemetry::{Context, KeyValue, trace::Span as _};
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    trace::{Span, SpanData, SpanProcessor},
};

use super::{open_spans::OpenNames, redacted, ring::Ring, size};
use crate::{
    export::{self, OpenSpans, Queue, Undelivered},
    redaction::Redaction,
};
use glyph_core::__runtime::current_values;

/// The time limit of a flush that the SDK requests, since it has none.
const FLUSH_LIMIT: Duration = Duration::from_secs(30);

/// The destinations of ended spans.
#[derive(Debug)]
pub(crate) struct Routes {
    pub(crate) queues: Vec<Arc<Queue<SpanData>>>,
    pub(crate) ring: Option<Ring>,
    pub(crate) redaction: Redaction,
    pub(crate) value_length: Option<usize>,
    pub(crate) started: AtomicU64,
    pub(crate) ended: AtomicU64,
    /// Whether the pipeline was shut down.
    pub(crate) closed: AtomicBool,
    pub(crate) open: OpenNames,
}

impl Routes {
    fn push(&self, mut span: SpanData) {
        self.ended.fetch_add(1, Relaxed);
        self.open.ended(span.span_context.span_id());
        redacted::redact(&mut span, &self.redaction);
        if let Some(limit) = self.value_length {
            size::cut(&mut span, limit);
        }
        let queues: &[_] = if span.span_context.is_sampled() {
            &self.queues
        } else {
            &[]
        };
        let ring = self.ring.as_ref();
        let ring = ring.filter(|ring| ring.wants(&span) && !self.closed.load(Relaxed));
        // The last queue takes the span itself, the others a copy.
        let Some((last, others)) = queues.split_last() else {
            if let Some(ring) = ring {
                ring.push(span);
            }
            return;
        };
        if let Some(ring) = ring {
            ring.push(span.clone());
        }
        for queue in others {
            queue.push(span.clone());
        }
        last.push(span);
    }

    /// Exports every span that ended before this call. With `closing`, later spans are dropped.
    pub(crate) fn flush(&self, limit: Duration, closing: bool) -> Result<(), Undelivered> {
        self.closed.fetch_or(closing, Relaxed);
        let result = export::flush(&self.queues, limit, closing);
        if closing && let Some(ring) = &self.ring {
            ring.forget_undecided();
        }
        result
    }
}

impl Routes {
    /// Counts a span that starts after the shutdown.
    pub(super) fn dropped_after_shutdown(&self) {
        for queue in &self.queues {
            queue.counts().dropped(export::DropReason::Shutdown, 1);
        }
    }

    /// Returns the recorded spans that have not ended.
    pub(crate) fn open_spans(&self) -> OpenSpans {
        let started = self.started.load(Relaxed);
        self.open
            .report(started.saturating_sub(self.ended.load(Relaxed)))
    }
}

impl export::Exporters for Routes {
    fn signal(&self) -> export::Signal {
        export::Signal::Traces
    }

    fn counts(&self) -> Vec<export::ExportCounts> {
        self.queues.iter().map(|queue| queue.snapshot()).collect()
    }
}

/// Passes spans from the SDK to the routes.
#[derive(Debug)]
pub(crate) struct Processor(pub(crate) Arc<Routes>);

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, _: &Context) {
        self.0.started.fetch_add(1, Relaxed);
        self.0.open.started(span.span_context().span_id());
        current_values(&mut |name, value| {
            span.set_attribute(KeyValue::new(name, value.to_owned()));
        });
    }

    fn on_end(&self, span: SpanData) {
        self.0.push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.flush(FLUSH_LIMIT, false).map_err(sdk_error)
    }

    fn shutdown_with_timeout(&self, limit: Duration) -> OTelSdkResult {
        self.0.flush(limit, true).map_err(sdk_error)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn sdk_error(error: Undelivered) -> OTelSdkError {
    OTelSdkError::InternalFailure(error.to_string())
}
