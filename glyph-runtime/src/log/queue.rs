//! A bounded buffer of log lines for the writer thread. Logging never waits for I/O.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

use tracing::Level;

use super::counters::Counters;
use glyph_core::__runtime::{ignore_poison, lock};

/// The most bytes of an empty buffer that are kept. A buffer that has grown beyond it is shrunk.
const KEPT_BYTES: usize = 1 << 20;

/// Lines in one buffer of bounded size.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<LineQueueState>,
    /// Wakes the writer.
    filled: Condvar,
    /// Wakes flushes.
    drained: Condvar,
    capacity: usize,
    counters: Counters,
}

#[derive(Debug, Default)]
struct LineQueueState {
    bytes: Vec<u8>,
    lines: u64,
    /// The number of lines that the writer has taken and not written or dropped yet.
    writing: u64,
    /// Whether the writer waits for lines. Only then `push` makes the system call that wakes it.
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
        // Release the lock first, so that the woken writer does not wait for it.
        drop(state);
        if wake {
            self.filled.notify_one();
        }
    }

    /// Waits for lines, moves them into `batch` and returns their number. Returns `None` if the
    /// queue is closed and empty.
    ///
    /// The call means that the lines of the previous batch were written or dropped.
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
        // Swap, not copy: the lock is held for a moment only, and both buffers keep their memory.
        mem::swap(&mut state.bytes, batch);
        state.writing = mem::take(&mut state.lines);
        Some(state.writing)
    }

    /// Waits until all lines were written or dropped, at most for `deadline`. Returns the number of
    /// lines that were not.
    pub(super) fn flush(&self, deadline: Duration) -> u64 {
        let pending = |state: &mut LineQueueState| state.lines + state.writing > 0;
        let waited = self
            .drained
            .wait_timeout_while(self.lock(), deadline, pending);
        let (state, _) = ignore_poison(waited);
        state.lines + state.writing
    }

    /// Closes the queue for new lines, waits as [`flush`](Self::flush) does, and drops the lines
    /// that are left. Returns their number.
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
