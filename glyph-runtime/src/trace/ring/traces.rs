//! Traces within limits. The oldest ones are removed to keep them.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use foldhash::fast::RandomState;
use opentelemetry::TraceId;
use opentelemetry_sdk::trace::SpanData;

/// Traces by id, and in the order in which their first span ended.
#[derive(Debug)]
pub(super) struct Traces {
    max_spans: usize,
    max_bytes: usize,
    spans: usize,
    bytes: usize,
    entries: HashMap<TraceId, TraceEntry, RandomState>,
    order: VecDeque<TraceId>,
}

/// The spans of one trace.
#[derive(Clone, Debug, Default)]
pub(super) struct TraceEntry {
    pub(super) spans: Vec<Arc<SpanData>>,
    pub(super) bytes: usize,
    pub(super) missing: u64,
}

impl Traces {
    pub(super) fn new(max_spans: usize, max_bytes: usize) -> Self {
        Self {
            max_spans,
            max_bytes,
            spans: 0,
            bytes: 0,
            entries: HashMap::default(),
            order: VecDeque::new(),
        }
    }

    pub(super) fn contains(&self, trace: TraceId) -> bool {
        self.entries.contains_key(&trace)
    }

    /// Adds a span, and returns the traces that it replaced, to be freed without the lock.
    #[must_use]
    pub(super) fn push(&mut self, span: Arc<SpanData>, size: usize) -> Vec<TraceEntry> {
        let trace = span.span_context.trace_id();
        let removed = self.make_room(trace, 1, size);
        let has_room = self.has_room(1, size);
        if let Some(entry) = self.entry(trace, has_room) {
            if has_room {
                entry.spans.push(span);
                entry.bytes += size;
                self.spans += 1;
                self.bytes += size;
            } else {
                entry.missing += 1;
            }
        }
        removed
    }

    /// Adds the spans of a trace from another set of traces, as [`Traces::push`] adds one.
    #[must_use]
    pub(super) fn adopt(&mut self, trace: TraceId, other: TraceEntry) -> Vec<TraceEntry> {
        let removed = self.make_room(trace, other.spans.len(), other.bytes);
        let has_room = self.has_room(other.spans.len(), other.bytes);
        let spans = other.spans.len();
        if let Some(entry) = self.entry(trace, has_room) {
            entry.missing += other.missing;
            if has_room {
                entry.bytes += other.bytes;
                entry.spans.extend(other.spans);
                self.spans += spans;
                self.bytes += other.bytes;
            } else {
                entry.missing += spans as u64;
            }
        }
        removed
    }

    pub(super) fn remove(&mut self, trace: TraceId) -> Option<TraceEntry> {
        let entry = self.entries.remove(&trace)?;
        let position = self.order.iter().position(|other| *other == trace);
        position.and_then(|position| self.order.remove(position));
        self.spans -= entry.spans.len();
        self.bytes -= entry.bytes;
        Some(entry)
    }

    /// Returns the traces, the latest first.
    pub(super) fn latest(&self) -> impl Iterator<Item = (TraceId, &TraceEntry)> {
        let traces = self.order.iter().rev();
        traces.filter_map(|trace| self.entries.get(trace).map(|entry| (*trace, entry)))
    }

    pub(super) fn spans(&self) -> usize {
        self.spans
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.max_spans, self.max_bytes);
    }

    /// Returns the entry of a trace. A new one is added only for a span that has room.
    fn entry(&mut self, trace: TraceId, may_enter: bool) -> Option<&mut TraceEntry> {
        if may_enter && !self.entries.contains_key(&trace) {
            self.order.push_back(trace);
            self.entries.insert(trace, TraceEntry::default());
        }
        self.entries.get_mut(&trace)
    }

    fn has_room(&self, spans: usize, bytes: usize) -> bool {
        self.spans.saturating_add(spans) <= self.max_spans
            && self.bytes.saturating_add(bytes) <= self.max_bytes
    }

    /// Removes the oldest traces, but never `current`.
    fn make_room(&mut self, current: TraceId, spans: usize, bytes: usize) -> Vec<TraceEntry> {
        let mut removed = Vec::new();
        if spans > self.max_spans || bytes > self.max_bytes {
            return removed;
        }
        while !self.has_room(spans, bytes) {
            let oldest = self.order.iter().copied().find(|trace| *trace != current);
            let Some(oldest) = oldest.and_then(|oldest| self.remove(oldest)) else {
                break;
            };
            removed.push(oldest);
        }
        removed
    }
}
