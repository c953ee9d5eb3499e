//! Traces within bounds; beyond them the oldest goes.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use foldhash::fast::RandomState;
use opentelemetry::TraceId;
use opentelemetry_sdk::trace::SpanData;

/// Traces by their id, and in the order in which their first span ended.
#[derive(Debug)]
pub(super) struct Traces {
    max_spans: usize,
    max_bytes: usize,
    spans: usize,
    bytes: usize,
    held: HashMap<TraceId, Held, RandomState>,
    order: VecDeque<TraceId>,
}

/// The spans of one trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
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
            held: HashMap::default(),
            order: VecDeque::new(),
        }
    }

    pub(super) fn contains(&self, trace: TraceId) -> bool {
        self.held.contains_key(&trace)
    }

    /// Takes a span in, and gives back what had to go for it, to be freed where nobody waits for it.
    #[must_use]
    pub(super) fn push(&mut self, span: Arc<SpanData>, size: usize) -> Vec<Held> {
        let trace = span.span_context.trace_id();
        let gone = self.make_room(trace, 1, size);
        let has_room = self.has_room(1, size);
        if let Some(held) = self.entry(trace, has_room) {
            if has_room {
                held.spans.push(span);
                held.bytes += size;
                self.spans += 1;
                self.bytes += size;
            } else {
                held.missing += 1;
            }
        }
        gone
    }

    /// [`Traces::push`] for what was held elsewhere.
    #[must_use]
    pub(super) fn adopt(&mut self, trace: TraceId, other: Held) -> Vec<Held> {
        let gone = self.make_room(trace, other.spans.len(), other.bytes);
        let has_room = self.has_room(other.spans.len(), other.bytes);
        let spans = other.spans.len();
        if let Some(held) = self.entry(trace, has_room) {
            held.missing += other.missing;
            if has_room {
                held.bytes += other.bytes;
                held.spans.extend(other.spans);
                self.spans += spans;
                self.bytes += other.bytes;
            } else {
                held.missing += spans as u64;
            }
        }
        gone
    }

    pub(super) fn remove(&mut self, trace: TraceId) -> Option<Held> {
        let held = self.held.remove(&trace)?;
        let place = self.order.iter().position(|other| *other == trace);
        place.and_then(|place| self.order.remove(place));
        self.spans -= held.spans.len();
        self.bytes -= held.bytes;
        Some(held)
    }

    /// The latest first.
    pub(super) fn latest(&self) -> impl Iterator<Item = (TraceId, &Held)> {
        let traces = self.order.iter().rev();
        traces.filter_map(|trace| self.held.get(trace).map(|held| (*trace, held)))
    }

    pub(super) fn spans(&self) -> usize {
        self.spans
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.max_spans, self.max_bytes);
    }

    /// A trace is entered only together with a span that has room.
    fn entry(&mut self, trace: TraceId, may_enter: bool) -> Option<&mut Held> {
        if may_enter && !self.held.contains_key(&trace) {
            self.order.push_back(trace);
            self.held.insert(trace, Held::default());
        }
        self.held.get_mut(&trace)
    }

    fn has_room(&self, spans: usize, bytes: usize) -> bool {
        self.spans.saturating_add(spans) <= self.max_spans
            && self.bytes.saturating_add(bytes) <= self.max_bytes
    }

    /// Lets the oldest traces go, but never `current`.
    fn make_room(&mut self, current: TraceId, spans: usize, bytes: usize) -> Vec<Held> {
        let mut gone = Vec::new();
        if spans > self.max_spans || bytes > self.max_bytes {
            return gone;
        }
        while !self.has_room(spans, bytes) {
            let oldest = self.order.iter().copied().find(|trace| *trace != current);
            let Some(oldest) = oldest.and_then(|oldest| self.remove(oldest)) else {
                break;
            };
            gone.push(oldest);
        }
        gone
    }
}
