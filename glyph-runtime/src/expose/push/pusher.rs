//! Pushes: the thread collects all points and sends them.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval_at};

use super::Source;
use crate::{
    export::{
        Counts, Deadline, Destination, DropReason, Exporting, Flushes, Item, Outcome, Queue,
        flushes::Closed,
    },
    otlp::metrics::{Batch, Deltas, Exporter},
};

/// A request for one push.
#[derive(Debug)]
pub(super) struct Push;

impl Item for Push {
    const NAME: &'static str = "data points";
    const COLLECTS: bool = true;

    fn bytes(&self) -> usize {
        0
    }
}

/// Sends all data points of its source, in requests of limited size.
pub(super) struct Pusher {
    pub(super) queue: Arc<Queue<Push>>,
    pub(super) exporter: Exporter,
    pub(super) source: Source,
    pub(super) deltas: Deltas,
    /// The time limit of a push, with all its requests and attempts.
    pub(super) limit: Duration,
}

impl Pusher {
    async fn push(&mut self, counts: &Counts) -> Outcome {
        let deadline = Deadline::after(self.limit);
        let mut entries = self.source.entries();
        let mut outcome = Outcome::exported(0);
        self.deltas.begin();
        while let Some(mut batch) = Batch::filled(&mut entries) {
            let points = batch.points();
            if !self.queue.begin_part(points) {
                return outcome;
            }
            let totals = self.deltas.apply(&mut batch);
            let part = self.exporter.send(batch, deadline, counts).await;
            self.queue.end_part(part);
            // A request that may be sent again was not taken: the next push has its changes.
            if part.exported > 0 || part.reason != DropReason::Failed {
                self.deltas.keep(totals);
            }
            if part.exported < points as u64 {
                // All points are counted already. The reason is for the log.
                outcome = Outcome::lost(part.reason);
            }
        }
        self.deltas.end();
        outcome
    }
}

impl Destination<Push> for Pusher {
    fn export<'d>(&'d mut self, _: Vec<Push>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(self.push(counts))
    }

    fn follow(&mut self, flushes: &Arc<Flushes>) {
        self.exporter.follow(flushes);
    }

    fn closed_until(&self, counts: &Counts) -> Option<Closed> {
        self.exporter.closed_until(counts)
    }

    fn url(&self) -> Option<&str> {
        Some(self.exporter.url())
    }
}

/// Calls `act` at each interval. If the thread did not run for several intervals, it calls `act`
/// once and starts a new interval.
pub(super) async fn at_intervals(interval: Duration, mut act: impl FnMut() + Send) -> Infallible {
    let mut ticks = interval_at(tokio::time::Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        act();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering::Relaxed},
        },
        time::Duration,
    };

    use tokio::time::{advance, sleep};

    use super::at_intervals;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn outage_is_followed_by_one_push_and_the_interval_starts_again() {
        let pushes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&pushes);
        let ticker = tokio::spawn(at_intervals(MINUTE, move || {
            counted.fetch_add(1, Relaxed);
        }));
        sleep(MINUTE / 2).await;
        assert_eq!(pushes.load(Relaxed), 0);
        sleep(MINUTE).await;
        assert_eq!(pushes.load(Relaxed), 1);
        // The thread does not run for ten minutes.
        advance(10 * MINUTE).await;
        sleep(MINUTE / 4).await;
        assert_eq!(pushes.load(Relaxed), 2);
        sleep(MINUTE).await;
        assert_eq!(pushes.load(Relaxed), 3);
        ticker.abort();
    }
}
