//! A queue in a process that was forked from the one that exports.
//!
//! The worker does not exist there, and the parent exports what was queued before the fork. So
//! nothing is exported: everything is dropped and counted, and no call waits.

use std::{mem::take, sync::MutexGuard};

use super::{Item, Queue, QueueState, counted};
use crate::export::{DropReason, UndeliveredPart};

impl<T: Item> Queue<T> {
    /// Locks the state to accept an item, or to count. `None` in a process that was forked while another thread
    /// had the lock: it is never released there.
    pub(super) fn lock_to_push(&self) -> Option<MutexGuard<'_, QueueState<T>>> {
        self.origin.lock(&self.state)
    }

    /// Whether this process was forked from the one that exports. Drops what is queued then.
    ///
    /// It costs a system call, so pushing asks only when the worker has to wake, or is late.
    pub(super) fn was_forked(&self) -> bool {
        let was_forked = self.origin.is_forked();
        if was_forked {
            self.drop_inherited();
        }
        was_forked
    }

    /// Returns what a flush reports in a process that was forked.
    pub(super) fn inherited(&self) -> Option<UndeliveredPart> {
        let dropped = self.drop_inherited();
        (dropped > 0).then(|| UndeliveredPart {
            error: Some("this process was forked from the one that exports".to_owned()),
            ..UndeliveredPart::new(self.name, T::NAME, dropped)
        })
    }

    /// Adds items that the process has inherited elsewhere, so that a flush reports them.
    pub(crate) fn inherit(&self, items: usize) {
        if let Some(mut state) = self.lock_to_push() {
            state.waiting += items;
        }
    }

    fn drop_inherited(&self) -> u64 {
        let Some(mut state) = self.lock_to_push() else {
            return 0;
        };
        state.closed = true;
        let items = take(&mut state.items);
        let dropped = counted::<T>(state.waiting) + take(&mut state.in_flight);
        state.waiting = 0;
        state.bytes = 0;
        state.lost += dropped;
        drop(state);
        drop(items);
        self.counts.dropped(DropReason::Shutdown, dropped);
        dropped
    }
}
