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

/// A destination that takes nothing for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    pub(crate) until: Instant,
    /// The flush that `until` holds for. A later one may open the destination earlier.
    pub(crate) flush: Option<Flush>,
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

    /// Ends the flushes if nothing leaves before their deadline. A flush that began after the
    /// destination looked is not ended: it has its own attempt.
    pub(crate) fn nothing_before(&self, closed: Closed) {
        let state = lock(&self.state);
        let seen = closed.flush.map(|flush| flush.begun);
        let is_over = |flush: Flush| closed.until >= flush.deadline.into();
        if state
            .latest
            .is_some_and(|flush| seen == Some(flush.begun) && is_over(flush))
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

#[cfg(all(test, any(feature = "otlp-grpc", feature = "otlp-http")))]
mod tests {
    use std::time::Duration;

    use super::{Closed, Flushes};
    use crate::export::Deadline;

    #[test]
    fn only_the_flush_that_was_seen_is_hopeless() {
        let flushes = Flushes::default();
        let until = Deadline::after(Duration::from_secs(60)).into();
        let look = |flushes: &Flushes| Closed {
            until,
            flush: flushes.current(),
        };
        let before = look(&flushes);
        flushes.begin(Deadline::after(Duration::from_secs(1)));
        flushes.nothing_before(before);
        assert!(!flushes.are_hopeless());
        let during = look(&flushes);
        flushes.begin(Deadline::after(Duration::from_secs(1)));
        flushes.nothing_before(during);
        assert!(!flushes.are_hopeless());
        flushes.nothing_before(look(&flushes));
        assert!(flushes.are_hopeless());
    }
}
