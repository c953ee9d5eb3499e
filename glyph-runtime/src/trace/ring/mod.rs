//! The ring: recent traces in the process, within limits.

mod traces;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard},
};

use opentelemetry::{SpanId, TraceId, trace::Status};
use opentelemetry_sdk::trace::SpanData;

use self::traces::{TraceEntry, Traces};
use super::{
    KeepFailures, RingLimits, Trace, size,
    span::{self, Span},
};
use crate::origin::Origin;

/// The ring. Failed traces are separate from sampled ones, so that neither removes the other.
#[derive(Debug)]
pub(crate) struct Ring {
    keeps_sampled: bool,
    keep_failures: Option<KeepFailures>,
    inner: Mutex<Inner>,
    origin: Origin,
}

#[derive(Debug)]
struct Inner {
    sampled: Traces,
    failed: Traces,
    /// Traces that have neither failed nor ended.
    undecided: Traces,
}

impl Ring {
    pub(crate) fn new(
        limits: RingLimits,
        keeps_sampled: bool,
        keep_failures: Option<KeepFailures>,
    ) -> Self {
        let traces = || Traces::new(limits.spans, limits.bytes);
        Self {
            keeps_sampled,
            keep_failures,
            inner: Mutex::new(Inner {
                sampled: traces(),
                failed: traces(),
                undecided: traces(),
            }),
            origin: Origin::here(),
        }
    }

    pub(crate) fn wants(&self, is_sampled: bool) -> bool {
        self.keep_failures.is_some() || (self.keeps_sampled && is_sampled)
    }

    pub(crate) fn push(&self, span: SpanData) {
        let size = size::of_span(&span);
        let span = Arc::new(span);
        let mut removed = Vec::new();
        let Some(mut inner) = self.lock() else {
            return;
        };
        if let Some(keep) = self.keep_failures {
            removed = inner.classify(keep, &span, size);
        }
        if self.keeps_sampled && span.span_context.is_sampled() {
            removed.append(&mut inner.sampled.push(span, size));
        }
        drop(inner);
        // Freeing takes longer than everything else, and recording threads wait for the lock.
        drop(removed);
    }

    /// Returns the traces, the latest first.
    pub(crate) fn recent(&self) -> Vec<Trace> {
        let Some(inner) = self.lock() else {
            return Vec::new();
        };
        let kept: Vec<_> = inner
            .failed
            .latest()
            .chain(inner.sampled.latest())
            .collect();
        let mut seen = HashSet::new();
        let entries: Vec<(TraceId, TraceEntry)> = kept
            .into_iter()
            .filter(|(trace, _)| seen.insert(*trace))
            .map(|(trace, entry)| (trace, entry.clone()))
            .collect();
        // Recording threads wait for the lock: convert the spans without it.
        drop(inner);
        let mut traces: Vec<_> = entries
            .into_iter()
            .map(|(id, entry)| trace(id, &entry))
            .collect();
        traces.sort_by_key(|trace| std::cmp::Reverse(trace.spans.last().map(|span| span.start)));
        traces
    }

    /// Returns the number of spans that code can read.
    pub(crate) fn spans(&self) -> usize {
        let inner = self.lock();
        inner.map_or(0, |inner| inner.sampled.spans() + inner.failed.spans())
    }

    pub(crate) fn forget_undecided(&self) {
        if let Some(mut inner) = self.lock() {
            inner.undecided.clear();
        }
    }

    /// `None` in a process that was forked while another thread had the lock.
    fn lock(&self) -> Option<MutexGuard<'_, Inner>> {
        self.origin.lock(&self.inner)
    }
}

impl Inner {
    /// Keeps a trace at its first error, and drops it at the end of a local root without one.
    fn classify(
        &mut self,
        keep: KeepFailures,
        span: &Arc<SpanData>,
        size: usize,
    ) -> Vec<TraceEntry> {
        let trace = span.span_context.trace_id();
        if self.failed.contains(trace) {
            return self.failed.push(Arc::clone(span), size);
        }
        let mut removed = self.undecided.push(Arc::clone(span), size);
        let is_root = span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote;
        let is_slow = keep
            .slower_than
            .is_some_and(|limit| span::duration(span) >= limit);
        if matches!(span.status, Status::Error { .. }) || (is_root && is_slow) {
            if let Some(entry) = self.undecided.remove(trace) {
                removed.append(&mut self.failed.adopt(trace, entry));
            }
        } else if is_root {
            removed.extend(self.undecided.remove(trace));
        }
        removed
    }
}

fn trace(id: TraceId, entry: &TraceEntry) -> Trace {
    let mut spans: Vec<_> = entry.spans.iter().map(|span| Span::from(&**span)).collect();
    spans.sort_by_key(|span| span.start);
    Trace {
        id: id.to_string(),
        spans,
        missing_spans: entry.missing,
    }
}
