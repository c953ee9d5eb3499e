//! The audit trail: the line of an event is in the file when the event's macro returns.

use std::{
    io::{self, ErrorKind, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use super::{
    audit_sink::{AuditSink, LONGEST_PAUSE, OutputSink},
    counters::Counters,
    forked::ForkedOutput,
    settings::SyncPolicy,
    sink::{Sink, caught},
};
use crate::{export::Deadline, origin::Origin};
use glyph_core::__runtime::{ignore_poison, lock};

const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// Collects the lines of all threads. One thread at a time writes: its own line, and the lines that
/// other threads have added before it got the sink.
pub(super) struct Trail {
    state: Mutex<TrailState>,
    /// Signals that the sink is free again, or that the phase has changed.
    changed: Condvar,
    policy: SyncPolicy,
    counters: Counters,
    /// The process that started the trail.
    origin: Origin,
    /// The descriptor of a forked child. It takes no lock, which another thread of the parent may
    /// have held at the fork.
    forked: Option<ForkedOutput>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// The log was shut down. Each line is synchronized at once, since the thread that does so at
    /// an interval has ended.
    Closed,
    /// The deadline of the shutdown has passed. A failed write is not retried, and its lines are
    /// lost.
    GivenUp,
}

#[derive(Default)]
struct TrailState {
    /// `None` while a thread writes to it, without the lock.
    sink: Option<Box<dyn AuditSink>>,
    waiting: Vec<u8>,
    appended: u64,
    /// The number of lines that were written or lost.
    settled: u64,
    /// The number of lines whose synchronization has ended, also with an error.
    synced: u64,
    lost: u64,
    sync_failed: bool,
    last_error: Option<String>,
    failing: bool,
    phase: Phase,
    /// Whether a failed write left an incomplete line at the end of the sink.
    torn: bool,
}

impl Phase {
    fn close(&mut self) {
        if *self == Self::Open {
            *self = Self::Closed;
        }
    }
}

impl TrailState {
    /// Whether the sink is in a write that may never return.
    fn is_stuck(&self) -> bool {
        self.phase == Phase::GivenUp && self.sink.is_none()
    }
}

impl Trail {
    /// Starts a trail in a file or on standard output.
    pub(super) fn on(sink: Sink, policy: SyncPolicy, counters: Counters) -> io::Result<Arc<Self>> {
        let forked = sink.descriptor().map(ForkedOutput::new);
        Self::begin(Box::new(OutputSink(sink)), forked, policy, counters)
    }

    /// Starts a trail in an output of the program.
    pub(super) fn start(
        sink: Box<dyn AuditSink>,
        policy: SyncPolicy,
        counters: Counters,
    ) -> io::Result<Arc<Self>> {
        Self::begin(sink, None, policy, counters)
    }

    fn begin(
        sink: Box<dyn AuditSink>,
        forked: Option<ForkedOutput>,
        policy: SyncPolicy,
        counters: Counters,
    ) -> io::Result<Arc<Self>> {
        let state = TrailState {
            sink: Some(sink),
            ..TrailState::default()
        };
        let trail = Arc::new(Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            policy,
            counters,
            origin: Origin::here(),
            forked,
        });
        if let SyncPolicy::EveryInterval(interval) = policy {
            let trail = Arc::clone(&trail);
            spawn(move || trail.sync_every(interval))?;
        }
        Ok(trail)
    }

    /// Writes the line and waits until it is in the sink, and with [`SyncPolicy::Always`] on the
    /// disk.
    ///
    /// After the shutdown, it does not wait for a thread whose write does not return.
    pub(super) fn append(&self, line: &[u8]) {
        if self.is_child() {
            return self.append_in_child(line);
        }
        let mut state = self.lock();
        if state.is_stuck() {
            state.lost += 1;
            return self.counters.audit_lost(1);
        }
        state.waiting.extend_from_slice(line);
        state.appended += 1;
        let ticket = state.appended;
        while state.settled < ticket {
            state = match state.sink.take() {
                Some(sink) => self.write(state, sink),
                None => self.wait(state),
            };
            if state.is_stuck() {
                return;
            }
        }
    }

    fn is_child(&self) -> bool {
        self.origin.is_forked()
    }

    /// Writes and synchronizes a line in a forked child: it has no thread that does so at an
    /// interval. A line that fails is lost.
    fn append_in_child(&self, line: &[u8]) {
        let due = Deadline::after(LONGEST_PAUSE);
        let forked = self.forked.as_ref();
        match forked.map(|output| (output, output.write(line, due))) {
            Some((output, Ok(()))) => {
                self.counters.audit_written(1);
                if output.sync().is_err() {
                    self.counters.audit_failed();
                }
            }
            Some((_, Err(_))) => {
                self.counters.audit_failed();
                self.counters.audit_lost(1);
            }
            None => self.counters.audit_lost(1),
        }
    }

    /// Waits until running writes and their synchronization have ended, at most for `deadline`.
    ///
    /// Returns the number of lines that were not written, and the last error.
    pub(super) fn close(self: &Arc<Self>, deadline: Duration) -> (u64, Option<String>) {
        if self.is_child() {
            return (0, None);
        }
        let due = Deadline::after(deadline);
        self.lock().phase.close();
        self.changed.notify_all();
        let settled = self.wait_while(deadline, |state| state.settled < state.appended);
        let trail = Arc::clone(self);
        if settled && spawn(move || trail.sync()).is_ok() {
            self.wait_while(due.left(), |state| state.synced < state.settled);
        }
        let mut state = self.lock();
        state.phase = Phase::GivenUp;
        self.changed.notify_all();
        let unwritten = state.lost + (state.appended - state.settled);
        let late = state.synced < state.settled;
        let error = if unwritten > 0 || state.sync_failed {
            state.last_error.clone()
        } else {
            late.then(|| "synchronization did not end before the deadline".to_owned())
        };
        (unwritten, error)
    }

    /// Writes all waiting lines, for the threads that added them as well.
    fn write<'a>(
        &'a self,
        mut state: MutexGuard<'a, TrailState>,
        mut sink: Box<dyn AuditSink>,
    ) -> MutexGuard<'a, TrailState> {
        let batch = mem::take(&mut state.waiting);
        let upto = state.appended;
        let lines = upto - state.settled;
        let sync = self.policy == SyncPolicy::Always || state.phase != Phase::Open;
        let torn = state.torn;
        // Other threads add their lines meanwhile, which become the next batch.
        drop(state);
        // A new line must not continue the incomplete one.
        let ready = !torn || self.write_bytes(&mut *sink, b"\n") == 1;
        let length = if ready {
            self.write_bytes(&mut *sink, &batch)
        } else {
            0
        };
        let mut confirmed = caught(|| sink.flush());
        if sync && confirmed.is_ok() {
            confirmed = caught(|| sink.sync());
        }
        let confirmed = confirmed.inspect_err(|error| self.failed(error));
        let mut state = self.lock();
        let written = batch.get(..length).unwrap_or_default();
        let whole = written
            .iter()
            .filter(|byte| **byte == b'\n')
            .map(|_| 1)
            .sum();
        self.counters.audit_written(whole);
        self.counters.audit_lost(lines - whole);
        state.lost += lines - whole;
        state.torn = written.last().map_or(!ready, |last| *last != b'\n');
        state.failing &= whole < lines;
        state.settled = upto;
        self.give_back(&mut state, sink, confirmed.is_ok(), sync);
        state
    }

    /// Retries until the sink has accepted all bytes, or until the deadline of the shutdown.
    /// Returns the number of accepted bytes.
    fn write_bytes(&self, sink: &mut dyn AuditSink, bytes: &[u8]) -> usize {
        let mut taken = 0;
        let mut pause = FIRST_PAUSE;
        while let Some(rest) = bytes.get(taken..)
            && !rest.is_empty()
        {
            let error = match caught(|| sink.write(rest)) {
                Ok(0) => ErrorKind::WriteZero.into(),
                Ok(count) => {
                    taken += count;
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            self.failed(&error);
            if self.wait_while(pause, |state| state.phase != Phase::GivenUp) {
                break;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        taken
    }

    /// Synchronizes at an interval until the log is shut down.
    fn sync_every(&self, interval: Duration) {
        while !self.wait_while(interval.max(FIRST_PAUSE), |state| {
            state.phase == Phase::Open
        }) {
            self.sync();
        }
    }

    fn sync(&self) {
        let mut state = self.lock();
        let mut sink = loop {
            if state.synced == state.settled {
                return;
            }
            state = match state.sink.take() {
                Some(sink) => break sink,
                None => self.wait(state),
            };
        };
        drop(state);
        let confirmed = caught(|| sink.sync()).inspect_err(|error| self.failed(error));
        self.give_back(&mut self.lock(), sink, confirmed.is_ok(), true);
    }

    fn give_back(
        &self,
        state: &mut TrailState,
        sink: Box<dyn AuditSink>,
        confirmed: bool,
        sync: bool,
    ) {
        state.sink = Some(sink);
        state.sync_failed |= !confirmed;
        if sync {
            state.synced = state.settled;
        }
        self.changed.notify_all();
    }

    /// Counts an error, and reports the first of several in a row on standard error.
    fn failed(&self, error: &io::Error) {
        self.counters.audit_failed();
        let mut state = self.lock();
        state.last_error = Some(error.to_string());
        let first = !mem::replace(&mut state.failing, true);
        drop(state);
        if first {
            // Standard error may be closed, and there is no other place to report to: the log
            // itself could be waiting for this thread.
            let _closed = writeln!(
                io::stderr(),
                "glyph: audit trail not writable, callers of `audit!` block until it is: {error}"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, TrailState> {
        lock(&self.state)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, TrailState>) -> MutexGuard<'a, TrailState> {
        ignore_poison(self.changed.wait(state))
    }

    /// Waits until the condition no longer holds. Returns `false` if `limit` passes first.
    fn wait_while(&self, limit: Duration, condition: impl Fn(&TrailState) -> bool) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, |state| condition(state));
        !ignore_poison(waited).1.timed_out()
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new()
        .name("glyph-audit".to_owned())
        .spawn(work)
        .map(drop)
}
