//! Room in a queue, for a thread that would rather wait than lose items.

use std::time::Duration;

use super::{LOOK, Queue, QueueState};
use crate::export::{Deadline, Item};
use glyph_core::__runtime::ignore_poison;

/// How long a thread waits for room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    deadline: Deadline,
    is_flush: bool,
    /// Whether items that do not fit by then are dropped and counted. Otherwise they are kept.
    then_drops: bool,
}

impl Patience {
    /// That of a flush. A closing one keeps nothing.
    pub(crate) const fn of_flush(deadline: Deadline, closing: bool) -> Self {
        Self {
            deadline,
            is_flush: true,
            then_drops: closing,
        }
    }

    /// That of a thread which feeds the queue.
    pub(crate) const fn of_feeder(deadline: Deadline) -> Self {
        Self {
            deadline,
            is_flush: false,
            then_drops: true,
        }
    }

    /// None: items that do not fit now are kept.
    pub(crate) fn none() -> Self {
        Self {
            deadline: Deadline::after(Duration::ZERO),
            is_flush: false,
            then_drops: false,
        }
    }

    /// Leaves the other half of the time for other queues.
    pub(crate) fn shared(self) -> Self {
        if !self.then_drops {
            return self;
        }
        Self {
            deadline: Deadline::after(self.deadline.left() / 2),
            ..self
        }
    }
}

impl<T: Item> Queue<T> {
    /// Waits for room for so many items. Returns whether to push them.
    ///
    /// A worker that took nothing during a wait after which items were dropped is not waited for
    /// again until it takes some.
    pub(crate) fn waits_for_room(&self, items: usize, patience: Patience) -> bool {
        if !self.is_worth_a_wait(&self.lock(), items) {
            return true;
        }
        if !patience.is_flush {
            return self.wait_for_room(items, patience);
        }
        // The destination learns that somebody waits.
        self.flushes.begin(patience.deadline);
        let pushes = self.wait_for_room(items, patience);
        self.flushes.end();
        pushes
    }

    fn wait_for_room(&self, items: usize, patience: Patience) -> bool {
        let mut state = self.lock();
        while self.is_worth_a_wait(&state, items) {
            let left = patience.deadline.left();
            if left.is_zero() || (patience.is_flush && self.flushes.are_hopeless()) {
                if patience.then_drops {
                    state.waited_in_vain_at = Some(state.taken);
                }
                return patience.then_drops;
            }
            // The worker takes what is there, although it may be less than a batch.
            state.flush_to = state.accepted;
            self.work.notify_one();
            let woken = self.settled.wait_timeout(state, left.min(LOOK));
            state = ignore_poison(woken).0;
        }
        true
    }

    fn is_worth_a_wait(&self, state: &QueueState<T>, items: usize) -> bool {
        let is_full = state.waiting.saturating_add(items) > self.limits.queue
            // The bytes of the items are not known yet.
            || state.bytes > self.limits.queue_bytes / 2;
        let takes = !state.closed && state.waited_in_vain_at != Some(state.taken);
        is_full && state.waiting > 0 && takes
    }

    /// Exports what is in the queue without waiting for a full batch.
    pub(crate) fn hasten(&self) {
        let mut state = self.lock();
        state.flush_to = state.accepted;
        drop(state);
        self.work.notify_one();
    }
}
