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

use super::{
    export_item::ExportItem,
    open_spans::OpenNames,
    records::{Collector, EndedPart, EndedSpans},
    redacted,
    ring::Ring,
};
use crate::{
    export::{self, Deadline, OpenSpans, Patience, Queue, Undelivered},
    redaction::Redaction,
};
use glyph_core::__runtime::current_values;

/// The time limit of a flush that the SDK requests, since it has none.
const FLUSH_LIMIT: Duration = Duration::from_secs(30);

/// The destinations of ended spans.
#[derive(Debug)]
pub(crate) struct Routes {
    pub(crate) queues: Vec<Arc<Queue<ExportItem>>>,
    pub(crate) ring: Option<Ring>,
    pub(crate) redaction: Redaction,
    pub(crate) value_length: Option<usize>,
    pub(crate) started: AtomicU64,
    pub(crate) ended: AtomicU64,
    /// Whether the pipeline was shut down.
    pub(crate) closed: AtomicBool,
    pub(crate) open: OpenNames,
    /// The records of stages, if they take the place of spans.
    pub(super) records: Option<Arc<Collector>>,
}

impl Routes {
    fn push(&self, mut span: SpanData) {
        self.ended.fetch_add(1, Relaxed);
        self.open.ended(span.span_context.span_id());
        redacted::redact(&mut span, Some(&self.redaction), self.value_length);
        self.route(span, !self.closed.load(Relaxed));
    }

    /// Takes a span that another program started and ended.
    pub(super) fn record_ended(&self, span: SpanData) {
        self.started.fetch_add(1, Relaxed);
        self.push(span);
    }

    /// Passes an ended and redacted span to the exporters, and to the ring if `keeps`: a span that
    /// ended after the shutdown is not kept.
    pub(super) fn route(&self, span: SpanData, keeps: bool) {
        let is_sampled = span.span_context.is_sampled();
        let queues: &[_] = if is_sampled { &self.queues } else { &[] };
        let ring = self.ring_for(is_sampled, keeps);
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
            queue.push(span.clone().into());
        }
        last.push(span.into());
    }

    /// Passes the sampled calls of a buffer to the exporters, and to the ring if `keeps`.
    pub(super) fn route_ended(&self, ended: EndedSpans, keeps: bool) {
        if let Some(ring) = self.ring_for(true, keeps) {
            ended.each(|span| ring.push(span));
        }
        let ended = Arc::new(ended);
        for queue in &self.queues {
            queue.push(EndedPart::all(&ended).into());
        }
    }

    fn ring_for(&self, is_sampled: bool, keeps: bool) -> Option<&Ring> {
        let ring = self.ring.as_ref();
        ring.filter(|ring| keeps && ring.wants(is_sampled))
    }

    /// Keeps a redacted span in the ring of a process that was forked, which exports none.
    pub(super) fn keep_inherited(&self, span: SpanData) {
        let is_sampled = span.span_context.is_sampled();
        if is_sampled {
            for queue in &self.queues {
                queue.inherit(1);
            }
        }
        if let Some(ring) = self.ring_for(is_sampled, true) {
            ring.push(span);
        }
    }

    /// Exports every span that ended before this call. With `closing`, later spans are dropped.
    pub(crate) fn flush(&self, limit: Duration, closing: bool) -> Result<(), Undelivered> {
        self.closed.fetch_or(closing, Relaxed);
        let deadline = Deadline::after(limit);
        self.collect(closing, deadline);
        let result = export::flush(&self.queues, limit, deadline, closing);
        if closing && let Some(ring) = &self.ring {
            ring.forget_undecided();
        }
        result
    }
}

impl Routes {
    /// Passes the records of calls that have ended on to the exporters, until the deadline. With
    /// `closing`, what is left then and later ones are dropped.
    fn collect(&self, closing: bool, deadline: Deadline) {
        self.collect_for(closing, Patience::of_flush(deadline, closing));
    }

    /// Passes the records of calls that have ended on, as far as there is room for them now.
    pub(super) fn collect_now(&self) {
        self.collect_for(false, Patience::none());
    }

    fn collect_for(&self, closing: bool, patience: Patience) {
        if let Some(records) = &self.records {
            records.collect(self, closing, patience);
        }
    }

    /// Waits for room for so many spans in each queue. Returns whether to push them.
    pub(super) fn waits_for_room(&self, spans: usize, patience: Patience) -> bool {
        // An exporter that takes nothing does not hold up the others.
        let is_shared = self.queues.len() > 1;
        let patience = if is_shared {
            patience.shared()
        } else {
            patience
        };
        let mut queues = self.queues.iter();
        queues.all(|queue| queue.waits_for_room(spans, patience))
    }

    /// Counts spans that are not exported.
    pub(super) fn dropped(&self, reason: export::DropReason, spans: usize) {
        for queue in &self.queues {
            queue.counts().dropped(reason, spans as u64);
        }
    }

    /// Returns the number of recorded spans that were started, and of those that have ended.
    pub(super) fn counts(&self) -> (u64, u64) {
        // A span that is counted as ended is counted as started as well.
        let records = self.records.as_ref().map(|records| records.counts());
        let records = records.unwrap_or_default();
        let ended = self.ended.load(Relaxed).saturating_add(records.ended);
        let started = self.started.load(Relaxed);
        (started.saturating_add(records.started), ended)
    }

    /// Returns the recorded spans that have not ended.
    pub(crate) fn open_spans(&self) -> OpenSpans {
        let (started, ended) = self.counts();
        let records = self.records.as_ref().map(|records| records.open_names());
        self.open
            .report(started.saturating_sub(ended), records.unwrap_or_default())
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
