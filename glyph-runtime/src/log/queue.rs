//! Where lines wait for their writer. The one who logs copies a line and goes on.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

use tracing::Level;

use super::counters::Counters;
use glyph_core::__runtime::{ignore_poison, lock};

/// A buffer that has grown beyond this in a burst is given back.
const KEPT_BYTES: usize = 1 << 20;

/// Lines in one buffer of bounded size.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<LineQueueState>,
    /// Wakes the writer.
    filled: Condvar,
    /// Wakes those who wait until everything is written.
    drained: Condvar,
    capacity: usize,
    counters: Counters,
}

#[derive(Debug, Default)]
struct LineQueueState {
    bytes: Vec<u8>,
    lines: u64,
    /// Lines that the writer has taken and not yet dealt with.
    writing: u64,
    writer_waits: bool,
    closed: bool,
}

impl Queue {
    pub(super) fn new(capacity: usize, counters: Counters) -> Self {
        Self {
            state: Mutex::default(),
            filled: Condvar::new(),
            drained: Condvar::new(),
            capacity,
            counters,
        }
    }

    /// Adds a line, or counts it as dropped. Never waits for the writer.
    pub(super) fn push(&self, level: Level, line: &[u8]) {
        let mut state = self.lock();
        if state.closed {
            return self.counters.shut_down(1);
        }
        if state.bytes.len() + line.len() > self.capacity {
            return self.counters.queue_full(level);
        }
        state.bytes.extend_from_slice(line);
        state.lines += 1;
        let wake = mem::take(&mut state.writer_waits);
        drop(state);
        if wake {
            self.filled.notify_one();
        }
    }

    /// Puts what waits into `batch` and tells how many lines that is; `None` once the queue is closed and empty.
    /// The batch before it counts as dealt with.
    pub(super) fn take(&self, batch: &mut Vec<u8>) -> Option<u64> {
        batch.clear();
        batch.shrink_to(KEPT_BYTES);
        let mut state = self.lock();
        state.writing = 0;
        while state.bytes.is_empty() {
            self.drained.notify_all();
            if state.closed {
                return None;
            }
            state.writer_waits = true;
            state = ignore_poison(self.filled.wait(state));
        }
        mem::swap(&mut state.bytes, batch);
        state.writing = mem::take(&mut state.lines);
        Some(state.writing)
    }

    /// Waits until all lines are written, and returns the number of those that are not.
    pub(super) fn flush(&self, deadline: Duration) -> u64 {
        let pending = |state: &mut LineQueueState| state.lines + state.writing > 0;
        let waited = self
            .drained
            .wait_timeout_while(self.lock(), deadline, pending);
        let (state, _) = ignore_poison(waited);
        state.lines + state.writing
    }

    /// Takes no more lines, waits until the others are dealt with, and gives up those that are not.
    pub(super) fn close(&self, deadline: Duration) -> u64 {
        self.lock().closed = true;
        self.filled.notify_all();
        self.flush(deadline);
        let mut state = self.lock();
        let waiting = mem::take(&mut state.lines);
        state.bytes = Vec::new();
        self.counters.shut_down(waiting);
        waiting + state.writing
    }

    fn lock(&self) -> MutexGuard<'_, LineQueueState> {
        lock(&self.state)
    }
}
