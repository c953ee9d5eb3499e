//! The audit trail: a line is in the file before its event's macro returns.

use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use super::{counters::Counters, settings::SyncPolicy, writer::caught};
use crate::export::Deadline;
use glyph_core::__runtime::{ignore_poison, lock};

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What keeps an audit trail.
pub trait AuditSink: Write + Send {
    /// Forces what was written onto the disk.
    ///
    /// # Errors
    ///
    /// When that fails, in which case it is unknown what has reached the disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl AuditSink for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Lines of all threads. The first that comes writes for those that come while it does.
pub(super) struct Trail {
    state: Mutex<TrailState>,
    /// The sink is back, or the time is over.
    turned: Condvar,
    policy: SyncPolicy,
    counters: Counters,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// Each line is synchronised, since nobody does so later.
    Closed,
    /// What fails once is lost as well.
    GivenUp,
}

#[derive(Default)]
struct TrailState {
    /// Absent while somebody uses it.
    sink: Option<Box<dyn AuditSink>>,
    waiting: Vec<u8>,
    appended: u64,
    /// Lines that are written, or lost.
    settled: u64,
    /// Lines whose synchronisation is over, well or not.
    synced: u64,
    lost: u64,
    sync_failed: bool,
    last_error: Option<String>,
    failing: bool,
    phase: Phase,
    /// The sink ends in the middle of a line.
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
    fn is_stuck(&self) -> bool {
        self.phase == Phase::GivenUp && self.sink.is_none()
    }
}

impl Trail {
    pub(super) fn start(
        sink: Box<dyn AuditSink>,
        policy: SyncPolicy,
        counters: Counters,
    ) -> io::Result<Arc<Self>> {
        let state = TrailState {
            sink: Some(sink),
            ..TrailState::default()
        };
        let trail = Arc::new(Self {
            state: Mutex::new(state),
            turned: Condvar::new(),
            policy,
            counters,
        });
        if let SyncPolicy::EveryInterval(interval) = policy {
            let trail = Arc::clone(&trail);
            spawn(move || trail.sync_every(interval))?;
        }
        Ok(trail)
    }

    /// Waits until the line is written, and under [`SyncPolicy::Always`] on the disk; after the shutdown not for
    /// somebody whose write does not return.
    pub(super) fn append(&self, line: &[u8]) {
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

    /// Takes the time that is left for lines under way and their synchronisation. Tells how many lines are not
    /// written, and what went wrong.
    pub(super) fn close(self: &Arc<Self>, deadline: Duration) -> (u64, Option<String>) {
        let due = Deadline::after(deadline);
        self.lock().phase.close();
        self.turned.notify_all();
        let settled = self.wait_while(deadline, |state| state.settled < state.appended);
        let trail = Arc::clone(self);
        if settled && spawn(move || trail.sync()).is_ok() {
            self.wait_while(due.left(), |state| state.synced < state.settled);
        }
        let mut state = self.lock();
        state.phase = Phase::GivenUp;
        self.turned.notify_all();
        let unwritten = state.lost + (state.appended - state.settled);
        let late = state.synced < state.settled;
        let error = if unwritten > 0 || state.sync_failed {
            state.last_error.clone()
        } else {
            late.then(|| "its synchronisation was not over in time".to_owned())
        };
        (unwritten, error)
    }

    /// Writes all lines that wait.
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
        drop(state);
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

    /// Tries until all bytes are taken, or the time is over. Tells how many were taken.
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

    /// Synchronises until the log shuts down.
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
        self.turned.notify_all();
    }

    /// Counts an error, and tells of the first of several.
    fn failed(&self, error: &io::Error) {
        self.counters.audit_failed();
        let mut state = self.lock();
        state.last_error = Some(error.to_string());
        let first = !mem::replace(&mut state.failing, true);
        drop(state);
        if first {
            let _nobody_listens = writeln!(
                io::stderr(),
                "glyph: the audit trail cannot be written, and those who write to it wait: {error}"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, TrailState> {
        lock(&self.state)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, TrailState>) -> MutexGuard<'a, TrailState> {
        ignore_poison(self.turned.wait(state))
    }

    /// Waits until the condition no longer holds; `false` if the time is over first.
    fn wait_while(&self, limit: Duration, condition: impl Fn(&TrailState) -> bool) -> bool {
        let waited = self
            .turned
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
