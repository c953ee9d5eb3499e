//! The flushes of a queue that are running.

use std::{sync::Mutex, time::Instant};

use tokio::sync::Notify;

use super::Deadline;
use glyph_core::__runtime::lock;

/// A running flush, or shutdown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flush {
    pub(crate) begun: Instant,
    pub(crate) deadline: Deadline,
    /// Whether the queue is dropped at the deadline.
    pub(crate) closing: bool,
}

/// Tells a destination that somebody waits for its queue, and until when.
#[derive(Debug, Default)]
pub(crate) struct Flushes {
    state: Mutex<FlushState>,
    begun: Notify,
}

#[derive(Debug, Default)]
struct FlushState {
    running: usize,
    latest: Option<Flush>,
}

impl Flushes {
    pub(super) fn begin(&self, deadline: Deadline, closing: bool) {
        let mut state = lock(&self.state);
        state.running += 1;
        let earlier = state.latest;
        state.latest = Some(Flush {
            begun: Instant::now(),
            deadline: earlier.map_or(deadline, |earlier| earlier.deadline.max(deadline)),
            closing: closing || earlier.is_some_and(|earlier| earlier.closing),
        });
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

    /// Waits for the start of a flush. One start may be returned twice.
    pub(crate) async fn until_begun(&self) {
        self.begun.notified().await;
    }
}
