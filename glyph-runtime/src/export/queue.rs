//! A bounded queue of items for one exporter, and the counts of what happened to them.

mod batch;
mod flush;
mod forked;
mod loss;
mod room;

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::Duration,
};

use tokio::sync::Notify;

pub(crate) use self::batch::BATCH_BYTES;
pub(super) use self::batch::{Batch, Queued};
pub(crate) use self::{flush::flush, room::Patience};
use super::{
    BatchLimits, Flushes, Item, Outcome,
    counts::{Counts, DropReason, ExportCounts},
};
use crate::origin::Origin;
use glyph_core::__runtime::lock;

/// The time after which a wait looks whether it is hopeless.
const LOOK: Duration = Duration::from_millis(50);

/// Connects recording threads to one worker. Recording holds the lock only while it moves one item.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    name: &'static str,
    limits: BatchLimits,
    counts: Counts,
    state: Mutex<QueueState<T>>,
    origin: Origin,
    /// Wakes the worker.
    work: Notify,
    /// Stops the worker during an export.
    abandoned: Notify,
    /// Wakes flushes, and threads that wait for room.
    settled: Condvar,
    flushes: Arc<Flushes>,
}

#[derive(Debug)]
struct QueueState<T> {
    items: VecDeque<Queued<T>>,
    /// The number and the bytes of items that wait in `items` or in the backlog of the worker,
    /// without those in flight.
    waiting: usize,
    bytes: usize,
    /// The number of items, or of parts of a collecting item, that are being exported.
    in_flight: u64,
    /// The number of items that the worker has taken, now and when a thread gave up its wait for
    /// room.
    taken: u64,
    waited_in_vain_at: Option<u64>,
    /// The number of accepted items, and the number of those that were exported or lost. They only
    /// rise, so a flush waits until `settled` reaches the `accepted` of its start.
    accepted: u64,
    settled: u64,
    /// The number of items or parts that were lost: all, and those of the latest batch.
    lost: u64,
    batch_lost: u64,
    /// Items up to this one are exported without waiting for a full batch.
    flush_to: u64,
    closed: bool,
    /// The number of settled items when the queue was abandoned and everything else was dropped.
    abandoned: Option<u64>,
}

impl<T: Item> Queue<T> {
    pub(crate) fn new(name: &'static str, limits: BatchLimits) -> Self {
        Self {
            name,
            limits: limits.clamped(),
            counts: Counts::default(),
            state: Mutex::new(QueueState::new()),
            origin: Origin::here(),
            work: Notify::new(),
            abandoned: Notify::new(),
            settled: Condvar::new(),
            flushes: Arc::default(),
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

    pub(super) fn flushes(&self) -> &Arc<Flushes> {
        &self.flushes
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.lock().abandoned.is_some()
    }

    pub(crate) fn snapshot(&self) -> ExportCounts {
        let state = self.lock_to_push();
        let waiting = state.map_or([0; 2], |state| [state.in_flight, state.waiting as u64]);
        let [in_flight, waiting] = waiting;
        // A collecting item has no size before it collects: only its parts in flight count.
        let (length, capacity) = if T::COLLECTS {
            (in_flight, 0)
        } else {
            (waiting, self.limits.queue as u64)
        };
        ExportCounts {
            queue_length: length,
            queue_capacity: capacity,
            ..self.counts.snapshot(self.name)
        }
    }

    /// Ignores poisoning: every section under the lock only moves and counts, so a panic cannot
    /// leave it half-done.
    fn lock(&self) -> MutexGuard<'_, QueueState<T>> {
        lock(&self.state)
    }

    /// Accepts an item, or as much of it as there is room for. The rest is dropped and counted.
    pub(crate) fn push(&self, item: T) {
        let mut item = Queued::new(item);
        let state = self.lock_to_push().filter(|state| !state.closed);
        let Some(mut state) = state else {
            self.dropped(DropReason::Shutdown, item.count);
            return;
        };
        let room = self.limits.queue.saturating_sub(state.waiting);
        let bytes = self.limits.queue_bytes.saturating_sub(state.bytes);
        let fitting = item.fitting(room, bytes);
        if fitting == 0 {
            self.dropped(DropReason::QueueFull, item.count);
            return;
        }
        let rest = item.split_off(fitting);
        let before = state.waiting;
        state.waiting += item.count;
        state.bytes += item.bytes;
        state.accepted += item.count as u64;
        let after = state.waiting;
        let is_first = state.items.is_empty();
        state.items.push_back(item);
        drop(state);
        if let Some(rest) = rest {
            self.dropped(DropReason::QueueFull, rest.count);
        }
        // The worker waits only for a first item or for a full batch. Other items need no wake.
        let is_full = before < self.limits.batch && after >= self.limits.batch;
        if (is_first || is_full) && !self.was_forked() {
            self.work.notify_one();
        }
    }

    fn dropped(&self, reason: DropReason, items: usize) {
        self.counts.dropped(reason, counted::<T>(items));
    }

    /// Drops everything that is not settled. Later results of the worker are not counted.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        let pending = counted::<T>(state.waiting) + std::mem::take(&mut state.in_flight);
        state.abandoned = state.abandoned.or(Some(state.settled));
        // Ends the waits of all flushes.
        state.settled = state.accepted;
        state.lost += pending;
        state.waiting = 0;
        state.bytes = 0;
        let items = std::mem::take(&mut state.items);
        drop(state);
        // After the lock is released: dropping items takes long, and recording threads wait for it.
        drop(items);
        self.counts.dropped(DropReason::Shutdown, pending);
        self.abandoned.notify_one();
        self.work.notify_one();
        self.settled.notify_all();
    }

    /// Waits for a wake. `Notify` keeps one that comes between [`next`](Self::next) and this call.
    pub(super) async fn until_work(&self) {
        self.work.notified().await;
    }

    pub(super) async fn until_abandoned(&self) {
        self.abandoned.notified().await;
    }

    /// Returns the next step of the worker. `waited` means that the delay of the first item is
    /// over.
    pub(super) fn next(&self, backlog: &mut VecDeque<Queued<T>>, waited: bool) -> Next<T> {
        let mut state = self.lock();
        if state.abandoned.is_some() {
            return Next::End;
        }
        let due = waited || state.closed || state.flush_to > state.settled;
        let there = state.waiting;
        if there < self.limits.batch && !(due && there > 0) {
            return match (state.closed, there) {
                (true, 0) => Next::End,
                (_, 0) => Next::Wait,
                _ => Next::WaitForMore,
            };
        }
        // Take everything by one swap, since recording threads wait for the lock. Batches come from
        // the backlog then.
        if backlog.is_empty() {
            std::mem::swap(backlog, &mut state.items);
        }
        let batch = Batch::take(self.limits.batch, backlog, &mut state.items);
        state.waiting = state.waiting.saturating_sub(batch.count);
        state.bytes = state.bytes.saturating_sub(batch.bytes);
        state.in_flight = counted::<T>(batch.count);
        state.taken += batch.count as u64;
        state.batch_lost = 0;
        drop(state);
        self.settled.notify_all();
        Next::Export(batch)
    }

    /// Records that the destination sends so many parts of a collecting item.
    ///
    /// Returns whether the result is still counted.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn begin_part(&self, parts: usize) -> bool {
        let mut state = self.lock();
        let counts = state.abandoned.is_none();
        state.in_flight = if counts { parts as u64 } else { 0 };
        counts
    }

    /// Records the result of the items or parts in flight.
    pub(crate) fn end_part(&self, outcome: Outcome) {
        let mut state = self.lock();
        let items = std::mem::take(&mut state.in_flight);
        let exported = outcome.exported.min(items);
        let lost = items - exported;
        state.lost += lost;
        state.batch_lost += lost;
        self.counts.exported(exported);
        if exported > 0 && lost == 0 {
            self.counts.delivered();
        }
        self.counts.dropped(outcome.reason, lost);
    }

    /// Records the result of a batch, and returns how many of its items or parts were lost.
    pub(super) fn settle(&self, items: usize, outcome: Outcome) -> u64 {
        self.end_part(outcome);
        let mut state = self.lock();
        if state.abandoned.is_some() {
            return 0;
        }
        state.settled += items as u64;
        let lost = state.batch_lost;
        drop(state);
        self.settled.notify_all();
        lost
    }
}

/// Returns the number of items to count: none for collecting items, whose parts are counted.
fn counted<T: Item>(items: usize) -> u64 {
    if T::COLLECTS { 0 } else { items as u64 }
}

impl<T> QueueState<T> {
    fn new() -> Self {
        Self {
            items: VecDeque::new(),
            waiting: 0,
            bytes: 0,
            in_flight: 0,
            taken: 0,
            waited_in_vain_at: None,
            accepted: 0,
            settled: 0,
            lost: 0,
            batch_lost: 0,
            flush_to: 0,
            closed: false,
            abandoned: None,
        }
    }
}

/// The next step of a worker.
#[derive(Debug)]
pub(super) enum Next<T> {
    Export(Batch<T>),
    /// There are items, but not a full batch.
    WaitForMore,
    Wait,
    End,
}

#[cfg(all(test, any(feature = "otlp-grpc", feature = "otlp-http")))]
mod tests;
