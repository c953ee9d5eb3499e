//! Flushes of queues.

use std::{sync::Arc, time::Duration};

use super::{LOOK, Queue, QueueState};
use crate::export::{Deadline, ExportFailure, Item, Undelivered, UndeliveredPart};
use glyph_core::__runtime::ignore_poison;

/// The counts of a queue when a flush begins.
#[derive(Clone, Copy, Debug)]
struct Mark {
    accepted: u64,
    lost: u64,
    abandoned: bool,
}

/// The items that a flush did not deliver.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// The items that have no result yet.
    pending: u64,
    /// These and the items that were lost. It may be 0 for items that collect.
    undelivered: u64,
}

/// Exports everything that is in the queues before this call, within one time limit for all of
/// them, which ends at the deadline.
///
/// With `closing`, the queues accept nothing more, and what is left at the deadline is dropped.
pub(crate) fn flush<T: Item>(
    queues: &[Arc<Queue<T>>],
    limit: Duration,
    deadline: Deadline,
    closing: bool,
) -> Result<(), Undelivered> {
    if queues.iter().any(|queue| queue.origin.is_forked()) {
        let inherited = queues.iter().filter_map(|queue| queue.inherited());
        return Undelivered::check(inherited.collect(), limit);
    }
    // All queues begin before the first wait, so that they are exported at the same time.
    let begin = |queue: &Arc<Queue<T>>| queue.begin(deadline, closing);
    let marks: Vec<_> = queues.iter().map(begin).collect();
    let mut parts = Vec::new();
    for (queue, mark) in queues.iter().zip(marks) {
        let result = queue.wait(mark, deadline);
        // A closing flush lasts until the worker has ended.
        if closing {
            queue.abandon();
        } else {
            queue.flushes.end();
        }
        if let Err(left) = result {
            parts.push(queue.undelivered(left));
        }
    }
    Undelivered::check(parts, limit)
}

impl<T: Item> Queue<T> {
    /// Requests the export of everything up to now, and returns the current counts.
    fn begin(&self, deadline: Deadline, closing: bool) -> Mark {
        self.flushes.begin(deadline);
        let mut state = self.lock();
        state.closed |= closing;
        state.flush_to = state.accepted;
        let mark = Mark {
            accepted: state.accepted,
            lost: state.lost,
            abandoned: state.abandoned.is_some(),
        };
        drop(state);
        self.work.notify_one();
        mark
    }

    /// Waits until everything up to the mark is settled, or until the deadline. It ends earlier if
    /// the destination is closed until then.
    ///
    /// Returns what was not exported as an error.
    fn wait(&self, mark: Mark, deadline: Deadline) -> Result<(), Left> {
        let mut state = self.lock();
        while state.settled < mark.accepted && !self.flushes.are_hopeless() {
            let left = deadline.left();
            if left.is_zero() {
                break;
            }
            let woken = self.settled.wait_timeout(state, left.min(LOOK));
            state = ignore_poison(woken).0;
        }
        let (pending, lost) = if T::COLLECTS {
            state.collected(mark)
        } else {
            let pending = mark.accepted.saturating_sub(state.settled);
            (pending, pending + state.lost.saturating_sub(mark.lost))
        };
        if pending == 0 && lost == 0 {
            Ok(())
        } else {
            Err(Left {
                pending,
                undelivered: lost,
            })
        }
    }

    /// Says where the items should have gone, and why they did not. An attempt that still runs has
    /// no failure.
    fn undelivered(&self, left: Left) -> UndeliveredPart {
        let url = self.counts.url().map(str::to_owned);
        let runs = left.pending > 0 && url.is_some();
        let failure = self.counts.failure_since_success();
        let failure = failure.or_else(|| runs.then(|| ExportFailure::new(&"no response yet")));
        let part = UndeliveredPart {
            url,
            ..UndeliveredPart::new(self.name, T::NAME, left.undelivered)
        };
        part.because(failure)
    }
}

impl<T> QueueState<T> {
    /// Returns the number of collecting items up to the mark that have not ended, and the number of
    /// parts lost since then.
    fn collected(&self, mark: Mark) -> (u64, u64) {
        match self.abandoned {
            // The queue was abandoned before the mark: an earlier call has reported the loss.
            Some(_) if mark.abandoned => (0, 0),
            Some(settled) => (
                mark.accepted.saturating_sub(settled),
                self.lost.saturating_sub(mark.lost),
            ),
            None => {
                let pending = mark.accepted.saturating_sub(self.settled);
                let in_flight = if pending > 0 { self.in_flight } else { 0 };
                (pending, self.batch_lost + in_flight)
            }
        }
    }
}
