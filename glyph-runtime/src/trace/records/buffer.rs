//! Calls that have ended on a thread, and the number of those that it has begun.

use std::{
    mem::take,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
};

use glyph_core::__runtime::{SpanCallsite, ValuesOfMany};
use opentelemetry::{
    SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceState},
};

use super::{
    collector::{Collector, NotTaken},
    context_span::Additions,
};
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
use crate::otlp::traces::Ids as EncodedIds;
use crate::{Exemplar, context::trace_context::kept_exemplar, origin::Origin};

/// The bytes at which fewer spans are handed over.
const FULL_BYTES: usize = 512 << 10;
/// The open spans of a thread whose names are known.
const OPEN: usize = 32;

/// A call that has ended.
#[derive(Debug)]
pub(super) struct EndedSpan {
    pub(super) callsite: &'static SpanCallsite,
    pub(super) ids: Ids,
    pub(super) parent: SpanId,
    pub(super) parent_is_remote: bool,
    /// In nanoseconds since the Unix epoch.
    pub(super) start: u64,
    /// The duration.
    pub(super) nanoseconds: u64,
    /// What was added to the span, other than its fields.
    pub(super) additions: Option<Box<Additions>>,
    /// The fields, in the values of the buffer.
    pub(super) values: Range<u32>,
}

/// A span context that is smaller, since most traces have no state.
#[derive(Debug)]
pub(super) struct Ids {
    trace: TraceId,
    span: SpanId,
    flags: TraceFlags,
    state: Option<Box<TraceState>>,
}

impl Ids {
    pub(super) const NONE: Self = Self {
        trace: TraceId::INVALID,
        span: SpanId::INVALID,
        flags: TraceFlags::NOT_SAMPLED,
        state: None,
    };

    /// Takes the ids, which are those of no further span.
    #[inline]
    pub(super) const fn take(&mut self) -> Self {
        Self {
            trace: self.trace,
            span: self.span,
            flags: self.flags,
            state: self.state.take(),
        }
    }

    /// Returns the exemplar of observations in the span, if they are to have one.
    pub(super) fn exemplar(&self) -> Option<Exemplar> {
        kept_exemplar(self.trace, self.span, self.flags)
    }

    /// Sets them in place: a copy of what was just written takes longer.
    #[inline]
    pub(super) fn set(&mut self, context: &SpanContext) {
        self.trace = context.trace_id();
        self.span = context.span_id();
        self.flags = context.trace_flags();
        let state = context.trace_state();
        self.state = (*state != TraceState::NONE).then(|| Box::new(state.clone()));
    }

    pub(super) fn is_sampled(&self) -> bool {
        self.flags.is_sampled()
    }

    /// Returns them as they are encoded.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) fn to_encode(&self) -> EncodedIds<'_> {
        EncodedIds {
            trace: self.trace,
            span: self.span,
            flags: self.flags,
            state: self.state.as_deref(),
        }
    }

    pub(super) fn context(&self) -> SpanContext {
        let state = self.state.as_deref().cloned().unwrap_or(TraceState::NONE);
        SpanContext::new(self.trace, self.span, self.flags, false, state)
    }

    pub(super) const fn has_state(&self) -> bool {
        self.state.is_some()
    }

    #[inline]
    pub(super) fn context_without_state(&self) -> SpanContext {
        SpanContext::new(self.trace, self.span, self.flags, false, TraceState::NONE)
    }
}

/// Calls that have ended.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) spans: Vec<EndedSpan>,
    pub(super) values: ValuesOfMany,
    /// The size of the additions, in bytes.
    added_bytes: usize,
}

impl Buffer {
    /// A buffer that does not grow until it has so many spans.
    fn for_spans(spans: usize) -> Self {
        Self {
            spans: Vec::with_capacity(spans),
            ..Self::default()
        }
    }

    /// Counts the size of what is added to a span that is put into the buffer.
    #[inline]
    pub(super) fn count(&mut self, additions: Option<Box<Additions>>) -> Option<Box<Additions>> {
        if let Some(additions) = &additions {
            self.added_bytes += additions.bytes();
        }
        additions
    }

    /// Returns the memory of the buffer, unless it is for fewer spans, or a few have taken much.
    pub(super) fn reusable(mut self, spans: usize) -> Option<Self> {
        let is_usual = self.spans.capacity() >= spans && self.bytes() <= FULL_BYTES;
        self.spans.clear();
        self.values.clear();
        self.added_bytes = 0;
        is_usual.then_some(self)
    }

    /// The approximate size in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.spans.as_slice()) + self.values.bytes() + self.added_bytes
    }

    fn is_full(&self, spans: usize) -> bool {
        self.spans.len() >= spans || self.bytes() >= FULL_BYTES
    }
}

/// The buffer of a thread.
#[derive(Debug)]
pub(super) struct ThreadBuffer {
    /// The calls that the thread has begun. Only the thread itself writes it.
    started: AtomicU64,
    /// The numbers of the callsites of open calls that it has begun, or zero.
    open: [AtomicUsize; OPEN],
    state: Mutex<State>,
    /// The spans of a full buffer.
    full: usize,
    origin: Origin,
}

#[derive(Debug, Default)]
struct State {
    buffer: Buffer,
    ended: u64,
    /// Whether nothing takes the buffer any more.
    is_closed: bool,
}

/// A call that has ended, and that the thread does not keep.
#[derive(Debug)]
pub(super) enum NotKept {
    /// The buffer is full, and the collector has not taken it.
    NotTaken(Buffer, NotTaken),
    /// Nothing takes the buffer any more, and the call is not in it.
    Closed,
}

impl State {
    /// Hands the full buffer over to the collector, and goes on with the memory of another one.
    #[cold]
    fn hand_over(&mut self, collector: &Collector) -> Option<Box<NotKept>> {
        match collector.take_full(take(&mut self.buffer)) {
            Ok(unused) => {
                self.buffer = unused.unwrap_or_else(|| Buffer::for_spans(collector.most_spans()));
                None
            }
            Err((buffer, reason)) => Some(Box::new(NotKept::NotTaken(buffer, reason))),
        }
    }
}

/// The counts of a thread.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::trace) struct BufferCounts {
    pub(in crate::trace) started: u64,
    pub(in crate::trace) ended: u64,
}

/// Where the name of an open call is.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenSlot(usize);

impl BufferCounts {
    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            started: self.started.saturating_add(other.started),
            ended: self.ended.saturating_add(other.ended),
        }
    }
}

impl ThreadBuffer {
    pub(super) fn new(full: usize, is_closed: bool) -> Self {
        Self {
            started: AtomicU64::new(0),
            open: [const { AtomicUsize::new(0) }; OPEN],
            state: Mutex::new(State {
                is_closed,
                ..State::default()
            }),
            full,
            origin: Origin::here(),
        }
    }

    /// Counts a call that the thread begins, and keeps its name if there is room.
    pub(super) fn starts(&self, callsite: &'static SpanCallsite) -> Option<OpenSlot> {
        let started = self.started.load(Relaxed);
        self.started.store(started.wrapping_add(1), Relaxed);
        // Calls in one another, as most are, find a slot at once.
        let first = usize::try_from(started).unwrap_or_default() % OPEN;
        let slot = self.open.get(first)?;
        (slot.load(Relaxed) == 0).then(|| {
            slot.store(callsite.number(), Relaxed);
            OpenSlot(first)
        })
    }

    /// Uncounts a call that the thread has begun, and that has another span.
    pub(super) fn start_is_undone(&self) {
        let started = self.started.load(Relaxed);
        self.started.store(started.saturating_sub(1), Relaxed);
    }

    /// Forgets the name of an open call.
    pub(super) fn forget(&self, slot: OpenSlot) {
        if let Some(slot) = self.open.get(slot.0) {
            slot.store(0, Relaxed);
        }
    }

    /// Has `push` put a call that has ended into the buffer, or returns what is left to do. In a process
    /// that was forked while another thread had the lock, the call is dropped.
    #[inline]
    pub(super) fn push(
        &self,
        push: impl FnOnce(&mut Buffer),
        collector: &Collector,
    ) -> Option<Box<NotKept>> {
        let mut state = self.origin.lock(&self.state)?;
        if state.is_closed {
            return Some(Box::new(NotKept::Closed));
        }
        state.ended += 1;
        push(&mut state.buffer);
        if state.buffer.is_full(self.full) {
            state.hand_over(collector)
        } else {
            None
        }
    }

    /// Takes what is in the buffer. With `closing`, it takes nothing more.
    pub(super) fn take(&self, closing: bool) -> Buffer {
        let Some(mut state) = self.origin.lock(&self.state) else {
            return Buffer::default();
        };
        state.is_closed |= closing;
        if state.buffer.spans.is_empty() {
            return Buffer::default();
        }
        take(&mut state.buffer)
    }

    /// The spans in the buffer.
    pub(super) fn len(&self) -> usize {
        let state = self.origin.lock(&self.state);
        state.map_or(0, |state| state.buffer.spans.len())
    }

    pub(super) fn started(&self) -> u64 {
        self.started.load(Relaxed)
    }

    pub(super) fn ended(&self) -> u64 {
        let state = self.origin.lock(&self.state);
        state.map_or(0, |state| state.ended)
    }

    pub(super) fn counts(&self) -> BufferCounts {
        let ended = self.ended();
        BufferCounts {
            started: self.started(),
            ended,
        }
    }

    /// The numbers of the callsites of open calls.
    pub(super) fn open(&self) -> impl Iterator<Item = usize> {
        let numbers = self.open.iter().map(|slot| slot.load(Relaxed));
        numbers.filter(|number| *number > 0)
    }
}
