//! Takes ended calls from their threads.

use std::{
    io,
    mem::take,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use glyph_core::__runtime::{Values, callsite_of, ignore_poison, lock};

use super::{
    buffer::{Buffer, BufferCounts, EndedSpan, ThreadBuffer},
    convert::Conversion,
    recorder::Recorder,
};
use crate::{
    context::trace_context::stage_recorder::{self, StageRecorder},
    export::DropReason,
    origin::Origin,
    trace::processor::Routes,
};

/// The most buffers whose memory is kept for threads.
const MOST_UNUSED: usize = 8;

/// The buffers of the threads.
#[derive(Debug)]
pub(in crate::trace) struct Collector {
    conversion: Conversion,
    /// The most spans that may wait in full buffers.
    limit: usize,
    threads: Mutex<Threads>,
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
    buffers: Vec<Buffer>,
    spans: usize,
    /// The memory of buffers that were exported.
    unused: Vec<Buffer>,
    /// Whether nothing takes the buffers any more.
    is_closed: bool,
}

impl Collector {
    pub(in crate::trace) fn new(conversion: Conversion, limit: usize) -> Self {
        Self {
            conversion,
            limit,
            threads: Mutex::default(),
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
            return Arc::new(ThreadBuffer::new(true));
        };
        let buffer = Arc::new(ThreadBuffer::new(threads.is_closed));
        threads.buffers.push(Arc::clone(&buffer));
        buffer
    }

    /// Takes a full buffer, or drops and counts its spans if too many wait. Returns the memory of
    /// another one.
    pub(super) fn hand_over(&self, buffer: Buffer, routes: &Routes) -> Option<Buffer> {
        let spans = buffer.spans.len();
        // In a process that was forked, that lock may be held forever.
        if self.origin.is_forked() {
            self.keep_inherited(routes, buffer);
            return None;
        }
        let mut full = lock(&self.full);
        if full.is_closed {
            drop(full);
            self.export(routes, buffer, false);
            return None;
        }
        if full.spans > 0 && full.spans.saturating_add(spans) > self.limit {
            drop(full);
            routes.dropped(DropReason::QueueFull, spans);
            return None;
        }
        full.spans += spans;
        full.buffers.push(buffer);
        let unused = full.unused.pop();
        drop(full);
        self.work.notify_one();
        unused
    }

    /// Exports a call that ended on a thread without a buffer.
    pub(super) fn end_at_once(&self, routes: &Routes, ended: EndedSpan, values: Option<&Values>) {
        self.ended_at_once.fetch_add(1, Relaxed);
        let mut buffer = Buffer::default();
        buffer.push(ended, values);
        if self.origin.is_forked() {
            return self.keep_inherited(routes, buffer);
        }
        self.export(routes, buffer, !routes.closed.load(Relaxed));
    }

    fn export(&self, routes: &Routes, mut buffer: Buffer, keeps: bool) {
        let Buffer { spans, values } = &mut buffer;
        for span in spans.drain(..) {
            routes.route(self.conversion.span_data(span, values), keeps);
        }
        if let Some(buffer) = buffer.reusable() {
            let mut full = lock(&self.full);
            if full.unused.len() < MOST_UNUSED {
                full.unused.push(buffer);
            }
        }
    }

    /// Exports all calls that have ended before. With `closing`, threads keep no further ones.
    pub(in crate::trace) fn collect(&self, routes: &Routes, closing: bool) {
        if self.origin.is_forked() {
            return self.drop_inherited(routes);
        }
        let _alone = lock(&self.converting);
        self.export_full(routes, false);
        for thread in self.threads(closing) {
            self.export(routes, thread.take(closing), true);
        }
        if closing {
            self.export_full(routes, true);
            self.work.notify_one();
        }
    }

    fn export_full(&self, routes: &Routes, closing: bool) {
        let mut full = lock(&self.full);
        full.is_closed |= closing;
        full.spans = 0;
        let buffers = take(&mut full.buffers);
        drop(full);
        for buffer in buffers {
            self.export(routes, buffer, true);
        }
    }

    /// Returns the buffers of all threads. Those of threads that have ended are returned once more.
    fn threads(&self, closing: bool) -> Vec<Arc<ThreadBuffer>> {
        let mut threads = lock(&self.threads);
        threads.is_closed |= closing;
        let all = threads.buffers.clone();
        // The list and its copy: nothing else adds to the buffer.
        let has_ended = |buffer: &Arc<ThreadBuffer>| Arc::strong_count(buffer) == 2;
        let mut ended = threads.ended;
        threads.buffers.retain(|buffer| {
            let has_ended = has_ended(buffer);
            if has_ended {
                ended = ended.plus(buffer.counts());
            }
            !has_ended
        });
        threads.ended = ended;
        all
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
            buffers.append(&mut full.buffers);
        }
        for buffer in buffers {
            self.keep_inherited(routes, buffer);
        }
    }

    fn keep_inherited(&self, routes: &Routes, buffer: Buffer) {
        let Buffer { spans, values } = buffer;
        for span in spans {
            routes.keep_inherited(self.conversion.span_data(span, &values));
        }
    }

    /// Returns the calls that have begun and ended.
    pub(in crate::trace) fn counts(&self) -> BufferCounts {
        let Some(threads) = self.origin.lock(&self.threads) else {
            return BufferCounts::default();
        };
        let here = BufferCounts {
            started: 0,
            ended: self.ended_at_once.load(Relaxed),
        };
        let buffers = threads.buffers.iter().map(|buffer| buffer.counts());
        buffers.fold(threads.ended.plus(here), BufferCounts::plus)
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

    /// Waits for a full buffer, at most this long. Returns whether the collector is closed.
    fn wait(&self, at_most: Duration) -> bool {
        let mut full = lock(&self.full);
        if full.buffers.is_empty() && !full.is_closed {
            full = ignore_poison(self.work.wait_timeout(full, at_most)).0;
        }
        full.is_closed
    }
}

/// Starts the thread that takes calls from their threads, at least this often.
pub(in crate::trace) fn start(recorder: Arc<Recorder>, every: Duration) -> io::Result<()> {
    thread::Builder::new()
        .name("glyph-stages".to_owned())
        .spawn(move || {
            let Recorder {
                collector, routes, ..
            } = &*recorder;
            while !collector.wait(every) {
                collector.collect(routes, false);
                // This thread has no subscriber of its own.
                let recorder: Arc<dyn StageRecorder> = Arc::<Recorder>::clone(&recorder);
                stage_recorder::find_global(&recorder);
            }
        })?;
    Ok(())
}
