//! A bounded buffer of log lines, which a thread of its own writes, or the thread that logs.

use std::{
    cell::Cell,
    mem,
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

use tracing::Level;

use super::{
    batch::{Batch, LineCount},
    counters::Counters,
    drain::{Drain, WriteResult},
    failures::Failures,
    forked::Forked,
    recent::RecentLines,
    sink::{Sink, WriteEnd},
};
use crate::export::Deadline;
use glyph_core::__runtime::{ignore_poison, lock};

/// The longest time that a thread waits for its line to be written.
pub(super) const LONGEST_WAIT: Duration = Duration::from_millis(50);
/// The part of the longest wait in which urgent lines overtake the others.
const LEFT_TO_OVERTAKE: Duration = Duration::from_millis(38);
/// The longest time that one thread writes before another one may go on.
const SLICE: Duration = Duration::from_millis(10);
/// The same while no thread waits, because the output is blocked.
const BLOCKED_SLICE: Duration = Duration::from_millis(500);
/// The share of the queue that is kept for `WARN` and `ERROR`: one part in eight.
const URGENT_SHARE: usize = 8;

thread_local! {
    static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// Returns whether the current thread is the writer thread of a log.
pub(super) fn is_writer_thread() -> bool {
    IS_WRITER.try_with(Cell::get).unwrap_or_default()
}

/// Lines in one buffer of bounded size.
///
/// The thread that logs an urgent line, from `WARN` on, waits until it is written, at most for
/// [`LONGEST_WAIT`]. If the sink returns at once, this thread writes the line and those before it;
/// if that takes long, urgent lines overtake the others. Otherwise the writer thread writes.
/// After a wait that was in vain, no thread waits until the sink has accepted a batch.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    /// Wakes the writer thread.
    filled: Condvar,
    /// Wakes threads that wait for lines to be written.
    progress: Condvar,
    capacity: Capacity,
    is_direct: bool,
    forked: Forked,
    failures: Failures,
    counters: Counters,
}

/// The most bytes of lines that wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capacity {
    urgent: usize,
    other: usize,
}

#[derive(Debug)]
struct QueueState {
    waiting: Batch,
    /// `None` while a thread writes, without the lock.
    drain: Option<Drain>,
    appended: LineCount,
    /// The lines that were written or dropped.
    settled: LineCount,
    /// The number of threads that wait for progress at this moment.
    waiters: usize,
    /// The number of threads whose urgent line is not written yet. They wait, or they write in place
    /// of the writer thread.
    urgent_waiters: usize,
    /// Whether the writer thread waits for lines. Only then it needs the system call that wakes it.
    writer_waits: bool,
    /// Whether the last write found that the sink accepts nothing.
    is_blocked: bool,
    /// Whether a thread has waited in vain, and the sink accepted no batch since.
    is_stalled: bool,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// New lines are dropped.
    Closed,
    /// The deadline of the shutdown has passed: the writer thread ends at the next write that
    /// blocks.
    GivenUp,
}

impl Capacity {
    /// A line of at most `longest` bytes always fits into an empty queue.
    pub(super) fn new(bytes: usize, longest: usize) -> Self {
        let urgent = bytes.max(longest);
        let other = (urgent - urgent / URGENT_SHARE).max(longest);
        Self { urgent, other }
    }

    fn of(self, level: Level) -> usize {
        if is_urgent(level) {
            self.urgent
        } else {
            self.other
        }
    }
}

fn is_urgent(level: Level) -> bool {
    level <= Level::WARN
}

impl Queue {
    pub(super) fn new(
        sink: Sink,
        failures: Failures,
        capacity: Capacity,
        counters: Counters,
        recent: Option<RecentLines>,
    ) -> Self {
        Self {
            is_direct: sink.is_direct(),
            forked: Forked::new(sink.descriptor()),
            state: Mutex::new(QueueState::new(sink, recent)),
            filled: Condvar::new(),
            progress: Condvar::new(),
            capacity,
            failures,
            counters,
        }
    }

    /// Adds a line, or counts it as dropped. From `WARN` on it waits until the line is written.
    pub(super) fn push(&self, level: Level, line: &[u8]) {
        if self.forked.is_child() {
            return self
                .forked
                .write(level, line, &self.counters, &self.failures);
        }
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return self.counters.shut_down(1);
        }
        if state.waiting.bytes() + line.len() > self.capacity.of(level) {
            return self.counters.queue_full(level);
        }
        let is_urgent = is_urgent(level);
        state.waiting.push(line, is_urgent);
        state.appended.lines += 1;
        state.appended.urgent += u64::from(is_urgent);
        if is_urgent && !state.is_stalled && !is_writer_thread() {
            self.settle(state);
        } else {
            self.wake(state);
        }
    }

    /// Waits until all urgent lines are written or dropped, or the sink stalls.
    fn settle<'q>(&'q self, mut state: MutexGuard<'q, QueueState>) {
        let ticket = state.appended.urgent;
        let due = Deadline::after(LONGEST_WAIT);
        state.urgent_waiters += 1;
        if !self.is_direct {
            state = self.wake_and_lock(state);
        }
        let mut has_overtaken = false;
        while state.settled.urgent < ticket && !state.is_stalled {
            let left = due.left();
            if left.is_zero() {
                state.is_stalled = true;
                self.progress.notify_all();
            } else if self.is_direct
                && let Some(mut drain) = state.drain.take()
            {
                if left < LEFT_TO_OVERTAKE && !mem::replace(&mut has_overtaken, true) {
                    drain.urgent_first(&mut state.waiting);
                }
                state = self.write(state, drain, due.min(Deadline::after(SLICE)));
            } else {
                state = self.wait(state, due);
            }
        }
        state.urgent_waiters -= 1;
        if state.has_work() || state.phase != Phase::Open {
            self.wake(state);
        }
    }

    /// Writes the lines in the queue, and each later one as it arrives, until the queue is closed.
    pub(super) fn run(&self) {
        let _thread_ends = IS_WRITER.try_with(|is_writer| is_writer.set(true));
        let mut state = self.lock();
        while state.phase != Phase::GivenUp || !state.is_blocked {
            // A thread that waits writes, too. It needs no other thread to be scheduled.
            let is_mine = !self.is_direct || state.urgent_waiters == 0 || state.is_stalled;
            if is_mine
                && state.has_work()
                && let Some(drain) = state.drain.take()
            {
                let limit = if state.is_stalled {
                    BLOCKED_SLICE
                } else {
                    SLICE
                };
                state = self.write(state, drain, Deadline::after(limit));
            } else if state.phase != Phase::Open && state.drain.is_some() && !state.has_work() {
                break;
            } else {
                state.writer_waits = true;
                state = ignore_poison(self.filled.wait(state));
            }
        }
        let unwritten = state.give_up();
        self.counters.shut_down(unwritten);
        self.progress.notify_all();
    }

    /// Writes lines without the lock, until `due`.
    fn write<'q>(
        &'q self,
        mut state: MutexGuard<'q, QueueState>,
        mut drain: Drain,
        due: Deadline,
    ) -> MutexGuard<'q, QueueState> {
        drain.load(&mut state.waiting);
        drop(state);
        drain.copy();
        let step = drain.write(due);
        self.counters.written(step.written.lines);
        self.counters.write_failed(step.lost.lines);
        match &step.end {
            WriteEnd::Done => self.failures.succeeded(),
            WriteEnd::Failed(error) => self.failures.failed(error),
            WriteEnd::Blocked => {}
        }
        let mut state = self.lock();
        state.note(&step);
        state.drain = Some(drain);
        if state.waiters > 0 {
            self.progress.notify_all();
        }
        state
    }

    /// Waits until all lines were written or dropped, at most for `deadline`. Returns the number of
    /// lines that were not.
    pub(super) fn flush(&self, deadline: Duration) -> u64 {
        if self.forked.is_child() {
            return 0;
        }
        let due = Deadline::after(deadline);
        let mut state = self.lock();
        let ticket = state.appended.lines;
        while state.settled.lines < ticket && !due.left().is_zero() {
            state = self.wait(state, due);
        }
        ticket.saturating_sub(state.settled.lines)
    }

    /// Closes the queue for new lines, waits as [`flush`](Self::flush) does, and drops the lines
    /// that are left. Returns their number.
    pub(super) fn close(&self, deadline: Duration) -> u64 {
        if self.forked.is_child() {
            return 0;
        }
        let mut state = self.lock();
        if state.phase == Phase::Open {
            state.phase = Phase::Closed;
        }
        self.wake(state);
        let unwritten = self.flush(deadline);
        let mut state = self.lock();
        state.phase = Phase::GivenUp;
        let dropped = state.waiting.clear();
        state.settled += dropped;
        self.counters.shut_down(dropped.lines);
        self.wake(state);
        unwritten
    }

    /// Returns the number of lines that the sink has rejected, and its last error.
    pub(super) fn rejected(&self) -> (u64, Option<String>) {
        if self.forked.is_child() {
            return (0, None);
        }
        let rejected = self.counters.snapshot().dropped.write_failed;
        (rejected, self.failures.last())
    }

    fn wait<'q>(
        &self,
        mut state: MutexGuard<'q, QueueState>,
        due: Deadline,
    ) -> MutexGuard<'q, QueueState> {
        state.waiters += 1;
        let mut state = ignore_poison(self.progress.wait_timeout(state, due.left())).0;
        state.waiters -= 1;
        state
    }

    /// Wakes the writer thread if it waits.
    fn wake(&self, mut state: MutexGuard<'_, QueueState>) {
        let waits = mem::take(&mut state.writer_waits);
        // Release the lock first, so that the woken thread does not wait for it.
        drop(state);
        if waits {
            self.filled.notify_one();
        }
    }

    fn wake_and_lock<'q>(
        &'q self,
        state: MutexGuard<'q, QueueState>,
    ) -> MutexGuard<'q, QueueState> {
        self.wake(state);
        self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        lock(&self.state)
    }
}

impl QueueState {
    fn new(sink: Sink, recent: Option<RecentLines>) -> Self {
        Self {
            waiting: Batch::default(),
            drain: Some(Drain::new(sink, recent)),
            appended: LineCount::default(),
            settled: LineCount::default(),
            waiters: 0,
            urgent_waiters: 0,
            writer_waits: false,
            is_blocked: false,
            is_stalled: false,
            phase: Phase::Open,
        }
    }

    /// Notes the result of a write.
    fn note(&mut self, step: &WriteResult) {
        self.settled += step.written + step.lost;
        self.is_blocked = matches!(step.end, WriteEnd::Blocked) && !step.is_accepted;
        self.is_stalled &= !matches!(step.end, WriteEnd::Done);
    }

    /// Whether there are lines that no thread writes.
    fn has_work(&self) -> bool {
        let begun = self.drain.as_ref().map(Drain::left).unwrap_or_default();
        (begun + self.waiting.left()).lines > 0
    }

    /// Drops all lines that no thread writes, and returns their number.
    fn give_up(&mut self) -> u64 {
        let begun = self.drain.as_mut().map(Drain::clear).unwrap_or_default();
        let dropped = begun + self.waiting.clear();
        self.settled += dropped;
        dropped.lines
    }
}
