//! Items that wait for their exporter, within bounds, and the account of them.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::Notify;

use super::{
    Item, Outcome,
    counts::{Counts, DropReason, ExportCounts},
};
use crate::trace::BatchLimits;

/// A batch is sent when its items take this many bytes, about, since collectors take 4 MiB at once (gRPC's default).
const BATCH_BYTES: usize = 2 << 20;

/// Between those who record and one worker. Recording holds its lock for the time of one move, never longer.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    name: &'static str,
    limits: BatchLimits,
    counts: Counts,
    state: Mutex<State<T>>,
    /// Told when the worker may have something to do.
    work: Notify,
    /// Told when the worker is to leave everything.
    abandoned: Notify,
    /// Told when items are settled.
    settled: Condvar,
}

/// An item and its size.
pub(super) type Sized<T> = (T, usize);

#[derive(Debug)]
struct State<T> {
    items: VecDeque<Sized<T>>,
    /// Items and bytes that wait here or with the worker, those on their way excluded.
    waiting: usize,
    bytes: usize,
    /// Items that were ever taken in, and how many of them have found their end.
    accepted: u64,
    settled: u64,
    /// Items that were taken in and not exported.
    lost: u64,
    /// Everything up to this one is wanted at once.
    flush_to: u64,
    closed: bool,
    abandoned: bool,
}

impl<T: Item> Queue<T> {
    pub(crate) fn new(name: &'static str, limits: BatchLimits) -> Self {
        Self {
            name,
            limits: limits.clamped(),
            counts: Counts::default(),
            state: Mutex::new(State::new()),
            work: Notify::new(),
            abandoned: Notify::new(),
            settled: Condvar::new(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn limits(&self) -> BatchLimits {
        self.limits
    }

    pub(crate) fn snapshot(&self) -> ExportCounts {
        let waiting = self.lock().waiting;
        ExportCounts {
            queue_length: waiting as u64,
            queue_capacity: self.limits.queue as u64,
            ..self.counts.snapshot(self.name)
        }
    }

    /// A panic while it is held cannot leave it half-changed: each section only moves and counts.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an item in, or drops and counts it.
    pub(crate) fn push(&self, item: T) {
        let size = item.bytes();
        let mut state = self.lock();
        if state.closed {
            self.counts.dropped(DropReason::Shutdown, 1);
            return;
        }
        let full = state.waiting >= self.limits.queue
            || state.bytes.saturating_add(size) > self.limits.queue_bytes;
        if full {
            self.counts.dropped(DropReason::QueueFull, 1);
            return;
        }
        state.waiting += 1;
        state.bytes += size;
        state.accepted += 1;
        state.items.push_back((item, size));
        let length = state.items.len();
        drop(state);
        if length == 1 || length == self.limits.batch {
            self.work.notify_one();
        }
    }

    /// Asks for everything up to now, and says up to where that is and what was lost before.
    pub(crate) fn flush(&self) -> Mark {
        let mut state = self.lock();
        state.flush_to = state.accepted;
        let mark = state.mark();
        drop(state);
        self.work.notify_one();
        mark
    }

    /// [`Queue::flush`], after which nothing more is taken in.
    pub(crate) fn close(&self) -> Mark {
        self.lock().closed = true;
        self.flush()
    }

    /// Waits until everything up to the mark is settled, or the deadline has passed, and says how many items
    /// were not exported.
    pub(crate) fn wait(&self, mark: Mark, deadline: Instant) -> u64 {
        let mut state = self.lock();
        while state.settled < mark.accepted {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.settled.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        let pending = mark.accepted.saturating_sub(state.settled);
        pending + state.lost.saturating_sub(mark.lost)
    }

    /// Gives up everything that is not settled. What the worker still does is not counted any more.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        let pending = state.accepted.saturating_sub(state.settled);
        state.abandoned = true;
        state.settled = state.accepted;
        state.lost += pending;
        state.waiting = 0;
        state.bytes = 0;
        let items = std::mem::take(&mut state.items);
        drop(state);
        drop(items);
        self.counts.dropped(DropReason::Shutdown, pending);
        self.abandoned.notify_one();
        self.work.notify_one();
        self.settled.notify_all();
    }

    pub(super) async fn until_work(&self) {
        self.work.notified().await;
    }

    pub(super) async fn until_abandoned(&self) {
        self.abandoned.notified().await;
    }

    /// What the worker is to do now; `waited` tells that the first item has waited long enough.
    pub(super) fn next(&self, backlog: &mut VecDeque<Sized<T>>, waited: bool) -> Next<T> {
        let mut state = self.lock();
        if state.abandoned {
            return Next::End;
        }
        let due = waited || state.closed || state.flush_to > state.settled;
        let there = backlog.len() + state.items.len();
        if there < self.limits.batch && !(due && there > 0) {
            return match (state.closed, there) {
                (true, 0) => Next::End,
                (_, 0) => Next::Wait,
                _ => Next::WaitForMore,
            };
        }
        if backlog.is_empty() {
            std::mem::swap(backlog, &mut state.items);
        } else if backlog.len() < self.limits.batch {
            let more = self.limits.batch - backlog.len();
            let more = more.min(state.items.len());
            backlog.extend(state.items.drain(..more));
        }
        let (batch, bytes) = self.batch(backlog);
        state.waiting = state.waiting.saturating_sub(batch.len());
        state.bytes = state.bytes.saturating_sub(bytes);
        Next::Export(batch)
    }

    fn batch(&self, backlog: &mut VecDeque<Sized<T>>) -> (Vec<T>, usize) {
        let mut batch = Vec::with_capacity(backlog.len().min(self.limits.batch));
        let mut bytes = 0;
        while batch.len() < self.limits.batch
            && (bytes < BATCH_BYTES)
            && let Some((item, size)) = backlog.pop_front()
        {
            bytes += size;
            batch.push(item);
        }
        (batch, bytes)
    }

    /// Enters what became of a batch.
    pub(super) fn settle(&self, items: usize, outcome: Outcome) {
        let items = items as u64;
        let exported = outcome.exported.min(items);
        let lost = items - exported;
        let mut state = self.lock();
        if state.abandoned {
            return;
        }
        state.settled += items;
        state.lost += lost;
        self.counts.exported(exported);
        self.counts.dropped(outcome.reason, lost);
        drop(state);
        self.settled.notify_all();
    }
}

/// A moment in the account of a queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    accepted: u64,
    lost: u64,
}

impl<T> State<T> {
    fn new() -> Self {
        Self {
            items: VecDeque::new(),
            waiting: 0,
            bytes: 0,
            accepted: 0,
            settled: 0,
            lost: 0,
            flush_to: 0,
            closed: false,
            abandoned: false,
        }
    }

    fn mark(&self) -> Mark {
        Mark {
            accepted: self.accepted,
            lost: self.lost,
        }
    }
}

/// What a worker does next.
#[derive(Debug)]
pub(super) enum Next<T> {
    Export(Vec<T>),
    /// There is something, but not a full batch.
    WaitForMore,
    Wait,
    End,
}
