//! The flushes of a queue that are running.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

use tokio::sync::Notify;

use super::Deadline;
use glyph_core::__runtime::lock;

/// A running flush, or shutdown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flush {
    pub(crate) begun: Instant,
    pub(crate) deadline: Deadline,
}

/// Connects flushes and the destination of their queue: the destination learns until when they
/// wait, and they learn that nothing can leave by then.
#[derive(Debug, Default)]
pub(crate) struct Flushes {
    state: Mutex<FlushState>,
    begun: Notify,
    hopeless: AtomicBool,
}

#[derive(Debug, Default)]
struct FlushState {
    running: usize,
    latest: Option<Flush>,
}

impl Flushes {
    pub(super) fn begin(&self, deadline: Deadline) {
        let mut state = lock(&self.state);
        state.running += 1;
        let earlier = state.latest.map(|flush| flush.deadline);
        state.latest = Some(Flush {
            begun: Instant::now(),
            deadline: earlier.map_or(deadline, |earlier| earlier.max(deadline)),
        });
        self.hopeless.store(false, Relaxed);
        drop(state);
        self.begun.notify_one();
    }

    pub(super) fn end(&self) {
        let mut state = lock(&self.state);
        state.running = state.running.saturating_sub(1);
        if state.running == 0 {
            state.latest = None;
        }
    }

    /// Returns the flush that began last, with the latest deadline of all.
    pub(crate) fn current(&self) -> Option<Flush> {
        lock(&self.state).latest
    }

    /// Ends the flushes if nothing leaves before `at`, which is after their deadline.
    pub(crate) fn nothing_before(&self, at: Instant) {
        let state = lock(&self.state);
        if state
            .latest
            .is_some_and(|flush| at >= flush.deadline.into())
        {
            self.hopeless.store(true, Relaxed);
        }
    }

    /// Returns whether nothing can leave before the deadline.
    pub(super) fn are_hopeless(&self) -> bool {
        self.hopeless.load(Relaxed)
    }

    /// Waits for the start of a flush. One start may be returned twice.
    pub(crate) async fn until_begun(&self) {
        self.begun.notified().await;
    }
}
