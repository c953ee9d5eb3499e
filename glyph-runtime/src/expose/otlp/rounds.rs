//! The account of pushes, between those who ask for one and the thread that makes them.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use crate::export::{Counts, DropReason, ExportCounts};

/// The name of the exporter in its counts.
pub(super) const NAME: &str = "otlp";
/// Stands for a limit that the clock cannot hold.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// Data points of the last push that did not arrive before the deadline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "within {deadline:?}, the metrics were not pushed ({points} data points of them are known to be lost)"
)]
#[non_exhaustive]
pub struct Unpushed {
    /// Data points that were dropped, or were under way at the deadline. 0 if the push had not begun.
    pub points: u64,
    /// How long it was given.
    pub deadline: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Rounds {
    counts: Counts,
    state: Mutex<State>,
    /// Told when the worker may have something to do.
    pub(super) work: Notify,
    /// Told when the worker is to leave everything.
    pub(super) abandoned: Notify,
    /// Told when a push has ended.
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Pushes that were begun and ended, and up to which one they are wanted at once.
    begun: u64,
    ended: u64,
    wanted: u64,
    /// Points that are under way, and those of the last or current push that were lost.
    sending: u64,
    lost: u64,
    closed: bool,
    abandoned: bool,
}

/// What the worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Push,
    Wait,
    End,
}

impl Rounds {
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn snapshot(&self) -> ExportCounts {
        let sending = self.lock().sending;
        ExportCounts {
            queue_length: sending,
            ..self.counts.snapshot(NAME)
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a push that begins after this call, and waits for its end.
    pub(super) fn flush(&self, limit: Duration, closing: bool) -> Result<(), Unpushed> {
        let now = Instant::now();
        let deadline = now.checked_add(limit).unwrap_or(now + FOREVER);
        let mut state = self.lock();
        if state.closed {
            // The last push was asked for before; what became of it was told then.
            return Ok(());
        }
        state.closed = closing;
        let wanted = state.begun + 1;
        state.wanted = wanted;
        self.work.notify_one();
        while state.ended < wanted && !state.abandoned {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.ended.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        let in_time = state.ended >= wanted;
        let points = state.lost + if in_time { 0 } else { state.sending };
        if closing {
            self.abandon(state);
        }
        if in_time && points == 0 {
            Ok(())
        } else {
            Err(Unpushed {
                points,
                deadline: limit,
            })
        }
    }

    /// What the worker still does is not counted any more.
    fn abandon(&self, mut state: MutexGuard<'_, State>) {
        let sending = std::mem::take(&mut state.sending);
        state.abandoned = true;
        self.counts.dropped(DropReason::Shutdown, sending);
        drop(state);
        self.abandoned.notify_one();
        self.work.notify_one();
        self.ended.notify_all();
    }

    /// `waited` tells that the interval is over.
    pub(super) fn next(&self, waited: bool) -> Next {
        let mut state = self.lock();
        if state.abandoned || (state.closed && state.wanted <= state.begun) {
            return Next::End;
        }
        if !waited && state.wanted <= state.begun {
            return Next::Wait;
        }
        state.begun += 1;
        state.lost = 0;
        Next::Push
    }

    /// Tells whether anybody still wants to know.
    pub(super) fn sends(&self, points: usize) -> bool {
        let mut state = self.lock();
        state.sending = if state.abandoned { 0 } else { points as u64 };
        !state.abandoned
    }

    /// Enters what became of the points under way.
    pub(super) fn settle(&self, exported: u64, reason: DropReason) {
        let mut state = self.lock();
        let sending = std::mem::take(&mut state.sending);
        let exported = exported.min(sending);
        state.lost += sending - exported;
        self.counts.exported(exported);
        self.counts.dropped(reason, sending - exported);
    }

    /// A push has ended; tells how many of its points were lost.
    pub(super) fn end(&self) -> u64 {
        let mut state = self.lock();
        state.ended = state.begun;
        let lost = state.lost;
        drop(state);
        self.ended.notify_all();
        lost
    }
}

impl crate::export::Exporters for Rounds {
    fn signal(&self) -> &'static str {
        "metrics"
    }

    fn counts(&self) -> Vec<ExportCounts> {
        vec![self.snapshot()]
    }
}
