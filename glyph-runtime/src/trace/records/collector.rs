//! Takes ended calls from their threads.

use std::{
    collections::VecDeque,
    io,
    mem::take,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use glyph_core::__runtime::{callsite_of, ignore_poison, lock};

use super::{
    buffer::{Buffer, BufferCounts, ThreadBuffer},
    convert::Conversion,
    ended::{EndedSpans, UnusedBuffers},
    field_names::FieldNames,
    recorder::Recorder,
};
use crate::{
    context::trace_context::stage_recorder::{self, StageRecorder},
    export::{Deadline, DropReason, Patience},
    origin::Origin,
    trace::processor::Routes,
};

/// The time for which the thread that takes calls waits for an exporter that takes none.
const PATIENCE: Duration = Duration::from_secs(1);

/// The buffers of the threads.
#[derive(Debug)]
pub(in crate::trace) struct Collector {
    conversion: Arc<Conversion>,
    limits: FullLimits,
    unused: Arc<UnusedBuffers>,
    threads: Mutex<Threads>,
    /// The number of threads with a buffer.
    threads_now: AtomicUsize,
    full: Mutex<Full>,
    /// Wakes the thread that converts.
    work: Condvar,
    /// Held during a conversion, so that a flush waits for one that runs.
    converting: Mutex<()>,
    /// Calls that ended on a thread without a buffer.
    ended_at_once: AtomicU64,
    origin: Origin,
}

#[derive(Debug, Default)]
struct Threads {
    buffers: Vec<Arc<ThreadBuffer>>,
    /// The counts of threads that have ended.
    ended: BufferCounts,
    is_closed: bool,
}

#[derive(Debug, Default)]
struct Full {
    buffers: VecDeque<Buffer>,
    spans: usize,
    bytes: usize,
    /// Whether nothing takes the buffers any more.
    is_closed: bool,
}

/// What may wait in full buffers.
#[derive(Clone, Copy, Debug)]
pub(in crate::trace) struct FullLimits {
    /// The spans of one buffer.
    pub(in crate::trace) buffer: usize,
    /// The most spans, in addition to one buffer of each thread: all can be full at once.
    pub(in crate::trace) spans: usize,
    /// The most bytes, approximately.
    pub(in crate::trace) bytes: usize,
    /// The spans at which the thread that converts is woken.
    pub(in crate::trace) many: usize,
    /// The bytes at which it is.
    pub(in crate::trace) much: usize,
}

/// Why a full buffer is not taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum NotTaken {
    Forked,
    Closed,
    QueueFull,
}

impl Full {
    /// Takes the buffer that has waited for longest.
    fn next(&mut self) -> Buffer {
        let buffer = self.buffers.pop_front().unwrap_or_default();
        self.spans = self.spans.saturating_sub(buffer.spans.len());
        self.bytes = self.bytes.saturating_sub(buffer.bytes());
        buffer
    }
}

impl Collector {
    pub(in crate::trace) fn new(conversion: Conversion, limits: FullLimits) -> Self {
        Self {
            conversion: Arc::new(conversion),
            limits,
            unused: Arc::new(UnusedBuffers::new(limits.buffer)),
            threads: Mutex::default(),
            threads_now: AtomicUsize::new(0),
            full: Mutex::default(),
            work: Condvar::new(),
            converting: Mutex::new(()),
            ended_at_once: AtomicU64::new(0),
            origin: Origin::here(),
        }
    }

    /// Returns the buffer of a thread that begins to use one.
    pub(super) fn new_buffer(&self) -> Arc<ThreadBuffer> {
        let Some(mut threads) = self.origin.lock(&self.threads) else {
            return Arc::new(ThreadBuffer::new(self.limits.buffer, true));
        };
        let buffer = ThreadBuffer::new(self.limits.buffer, threads.is_closed);
        let buffer = Arc::new(buffer);
        threads.buffers.push(Arc::clone(&buffer));
        self.threads_now.store(threads.buffers.len(), Relaxed);
        buffer
    }

    /// The spans of a full buffer.
    pub(super) const fn most_spans(&self) -> usize {
        self.limits.buffer
    }

    /// Takes a full buffer while its thread is locked, so that a flush that waits for the thread
    /// finds it. Returns the memory of another one; or the buffer, if it is not taken, with the reason.
    pub(super) fn take_full(&self, buffer: Buffer) -> Result<Option<Buffer>, (Buffer, NotTaken)> {
        // In a process that was forked, that lock may be held forever.
        if self.origin.is_forked() {
            return Err((buffer, NotTaken::Forked));
        }
        let (spans, bytes) = (buffer.spans.len(), buffer.bytes());
        let mut full = lock(&self.full);
        if full.is_closed {
            return Err((buffer, NotTaken::Closed));
        }
        let of_threads = self.threads_now.load(Relaxed) * self.limits.buffer;
        let is_beyond = full.spans + spans > self.limits.spans.saturating_add(of_threads)
            || full.bytes + bytes > self.limits.bytes;
        if !full.buffers.is_empty() && is_beyond {
            return Err((buffer, NotTaken::QueueFull));
        }
        full.spans += spans;
        full.bytes += bytes;
        full.buffers.push_back(buffer);
        let is_much = self.is_much(&full);
        drop(full);
        if is_much {
            self.work.notify_one();
        }
        Ok(self.unused.take())
    }

    /// Whether the thread that converts is to be woken before its time. To wake it costs the thread of a call
    /// some microseconds, so it waits for a part of what may wait.
    fn is_much(&self, full: &Full) -> bool {
        let FullLimits { many, much, .. } = self.limits;
        !full.buffers.is_empty() && (full.spans >= many || full.bytes >= much)
    }

    /// Drops and counts a buffer that was not taken, or exports it in place of the collector.
    pub(super) fn pass_by(&self, buffer: Buffer, reason: NotTaken, routes: &Routes) {
        match reason {
            NotTaken::Forked => self.keep_inherited(routes, &buffer),
            NotTaken::Closed => self.export(routes, buffer, false),
            NotTaken::QueueFull => routes.dropped(DropReason::QueueFull, buffer.spans.len()),
        }
    }

    /// Exports a call that ended on a thread without a buffer.
    pub(super) fn end_at_once(&self, routes: &Routes, buffer: Buffer) {
        self.ended_at_once.fetch_add(1, Relaxed);
        if self.origin.is_forked() {
            return self.keep_inherited(routes, &buffer);
        }
        self.export(routes, buffer, !routes.closed.load(Relaxed));
    }

    fn export(&self, routes: &Routes, buffer: Buffer, keeps: bool) {
        let are_sampled = buffer.spans.iter().all(|span| span.ids.is_sampled());
        let ended = EndedSpans {
            buffer,
            conversion: Arc::clone(&self.conversion),
            unused: Arc::clone(&self.unused),
        };
        if are_sampled {
            routes.route_ended(ended, keeps);
        } else {
            ended.each(|span| routes.route(span, keeps));
        }
    }

    /// Exports all calls that have ended before, as far as there is room for them. With `closing`,
    /// threads keep no further ones.
    pub(in crate::trace) fn collect(&self, routes: &Routes, closing: bool, patience: Patience) {
        if self.origin.is_forked() {
            return self.drop_inherited(routes);
        }
        if !self.export_full(routes, patience) {
            return;
        }
        for thread in self.threads(closing) {
            let is_empty = thread.len() == 0;
            let has_room = self.export_if_room(routes, patience, is_empty, || thread.take(closing));
            if !has_room {
                return;
            }
        }
        if closing {
            lock(&self.full).is_closed = true;
            self.work.notify_one();
        }
        // Those that were filled meanwhile.
        self.export_full(routes, patience);
    }

    /// Exports the buffers that are full now. Returns whether there was room for them.
    fn export_full(&self, routes: &Routes, patience: Patience) -> bool {
        let buffers = lock(&self.full).buffers.len();
        (0..buffers)
            .all(|_| self.export_if_room(routes, patience, false, || lock(&self.full).next()))
    }

    /// Waits for room, and exports the buffer that `next` takes then.
    fn export_if_room(
        &self,
        routes: &Routes,
        patience: Patience,
        is_empty: bool,
        next: impl FnOnce() -> Buffer,
    ) -> bool {
        // Without the lock: a scrape does not wait for an exporter.
        while is_empty || routes.waits_for_room(self.limits.buffer, patience) {
            let _alone = lock(&self.converting);
            // Another thread may have taken the room.
            if is_empty || routes.waits_for_room(self.limits.buffer, Patience::none()) {
                self.export(routes, next(), true);
                return true;
            }
        }
        false
    }

    /// Returns the buffers of all threads. Those of threads that have ended are forgotten once they
    /// are empty.
    fn threads(&self, closing: bool) -> Vec<Arc<ThreadBuffer>> {
        let mut threads = lock(&self.threads);
        threads.is_closed |= closing;
        let mut ended = threads.ended;
        threads.buffers.retain(|buffer| {
            // Nothing adds to the buffer any more: this is the only reference to it.
            let is_over = Arc::strong_count(buffer) == 1 && buffer.len() == 0;
            if is_over {
                ended = ended.plus(buffer.counts());
            }
            !is_over
        });
        threads.ended = ended;
        self.threads_now.store(threads.buffers.len(), Relaxed);
        threads.buffers.clone()
    }

    /// In a process that was forked, nothing is exported: the parent exports the calls before the
    /// fork. Threads keep no further calls.
    fn drop_inherited(&self, routes: &Routes) {
        let Some(mut threads) = self.origin.lock(&self.threads) else {
            return;
        };
        threads.is_closed = true;
        let taken = threads.buffers.iter().map(|thread| thread.take(true));
        let mut buffers: Vec<Buffer> = taken.collect();
        drop(threads);
        if let Some(mut full) = self.origin.lock(&self.full) {
            full.is_closed = true;
            buffers.extend(take(&mut full.buffers));
        }
        for buffer in buffers {
            self.keep_inherited(routes, &buffer);
        }
    }

    fn keep_inherited(&self, routes: &Routes, buffer: &Buffer) {
        let mut names = FieldNames::default();
        for span in &buffer.spans {
            let span = self.conversion.span_data(span, &buffer.values, &mut names);
            routes.keep_inherited(span);
        }
    }

    /// Returns the calls that have begun and ended.
    pub(in crate::trace) fn counts(&self) -> BufferCounts {
        let Some(threads) = self.origin.lock(&self.threads) else {
            return BufferCounts::default();
        };
        // All ends before all starts: a call that is counted as ended is counted as started.
        let ended = threads.buffers.iter().map(|buffer| buffer.ended());
        let ended = ended.fold(self.ended_at_once.load(Relaxed), u64::saturating_add);
        let started = threads.buffers.iter().map(|buffer| buffer.started());
        let started = started.fold(0, u64::saturating_add);
        threads.ended.plus(BufferCounts { started, ended })
    }

    /// Returns the names of some calls that have not ended.
    pub(in crate::trace) fn open_names(&self) -> Vec<&'static str> {
        let Some(threads) = self.origin.lock(&self.threads) else {
            return Vec::new();
        };
        let numbers = threads.buffers.iter().flat_map(|buffer| buffer.open());
        let callsites = numbers.filter_map(callsite_of);
        callsites
            .map(|callsite| callsite.metadata().name())
            .collect()
    }

    /// Waits for full buffers, until the deadline. Returns whether the collector is closed.
    fn wait(&self, until: Deadline) -> bool {
        let mut full = lock(&self.full);
        let at_most = until.left();
        if !self.is_much(&full) && !full.is_closed && !at_most.is_zero() {
            full = ignore_poison(self.work.wait_timeout(full, at_most)).0;
        }
        full.is_closed
    }
}

/// Starts the thread that takes calls from their threads, at least this often.
pub(in crate::trace) fn start(recorder: Arc<Recorder>, every: Duration) -> io::Result<()> {
    thread::Builder::new()
        .name("glyph-stages".to_owned())
        .spawn(move || run(&recorder, every))?;
    Ok(())
}

fn run(recorder: &Arc<Recorder>, every: Duration) {
    let Recorder {
        collector, routes, ..
    } = &**recorder;
    let mut next = Deadline::after(every);
    while !collector.wait(next) {
        let patience = Patience::of_feeder(Deadline::after(PATIENCE));
        if next.left().is_zero() {
            next = Deadline::after(every);
            collector.collect(routes, false, patience);
            // Some of these calls have waited for the delay of a batch.
            routes.queues.iter().for_each(|queue| queue.hasten());
        } else {
            collector.export_full(routes, patience);
        }
        // This thread has no subscriber of its own.
        let recorder: Arc<dyn StageRecorder> = Arc::<Recorder>::clone(recorder);
        stage_recorder::find_global(&recorder);
    }
}
