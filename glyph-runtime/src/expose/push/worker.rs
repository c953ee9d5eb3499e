//! The thread's work: a push at each interval, and when one is asked for.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceResponse, metrics::v1::ResourceMetrics,
};
use tokio::time::sleep_until;

use super::{
    Source,
    rounds::{NAME, Next, Rounds},
};
use crate::{
    export::{DropReason, LOG, Outcome},
    otlp::{Client, metrics::request::Batch},
};

pub(super) struct Worker {
    pub(super) rounds: Arc<Rounds>,
    pub(super) client: Client,
    pub(super) source: Source,
    pub(super) resource: ResourceMetrics,
    pub(super) interval: Duration,
    pub(super) export_timeout: Duration,
    /// Points of the last push were lost.
    pub(super) fails: bool,
}

impl Worker {
    pub(super) async fn run(mut self) {
        let rounds = Arc::clone(&self.rounds);
        let mut due = Instant::now() + self.interval;
        loop {
            let now = Instant::now();
            match rounds.next(due <= now) {
                Next::Push => {
                    due = next_due(due, now, self.interval);
                    tokio::select! {
                        () = self.push() => {}
                        () = rounds.abandoned.notified() => return,
                    }
                }
                Next::Wait => {
                    tokio::select! {
                        () = rounds.work.notified() => {}
                        () = sleep_until(due.into()) => {}
                    }
                }
                Next::End => return,
            }
        }
    }

    async fn push(&mut self) {
        let started = Instant::now();
        let deadline = started + self.export_timeout;
        let rounds = Arc::clone(&self.rounds);
        // Another recorder renders its metrics in here, which may panic.
        if AssertUnwindSafe(self.requests(deadline))
            .catch_unwind()
            .await
            .is_err()
        {
            rounds.counts().failed(&"it panicked");
            rounds.settle(0, DropReason::Panicked);
        }
        rounds.counts().took(started.elapsed());
        let lost = rounds.end();
        self.report(lost > 0);
    }

    async fn requests(&mut self, deadline: Instant) {
        let mut entries = self.source.entries();
        while let Some(batch) = Batch::filled(&mut entries) {
            let points = batch.points();
            if !self.rounds.sends(points) {
                return;
            }
            let request = batch.request(&self.resource);
            let counts = self.rounds.counts();
            let answer: Result<ExportMetricsServiceResponse, _> =
                self.client.export(&request, deadline, counts).await;
            let outcome = match answer {
                Ok(answer) => {
                    let partial = answer.partial_success;
                    let rejected = partial.map(|partial| partial.rejected_data_points);
                    Outcome::accepted(points, rejected)
                }
                Err(reason) => Outcome::lost(reason),
            };
            self.rounds.settle(outcome.exported, outcome.reason);
        }
    }

    /// Tells the log when points begin to be lost and when they arrive again, not each time.
    fn report(&mut self, fails: bool) {
        if std::mem::replace(&mut self.fails, fails) == fails {
            return;
        }
        if fails {
            let error = self.rounds.counts().last_error().unwrap_or_default();
            tracing::warn!(target: LOG, exporter = NAME, error, "data points are being lost");
        } else {
            tracing::info!(target: LOG, exporter = NAME, "data points arrive again");
        }
    }
}

/// An interval after the last one, or after now if that has passed: what was missed is not made up for.
fn next_due(due: Instant, now: Instant, interval: Duration) -> Instant {
    let next = if due <= now { due + interval } else { due };
    if next <= now { now + interval } else { next }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::next_due;

    #[test]
    fn after_an_outage_there_is_one_push_not_all_that_were_missed() {
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        let in_time = start + Duration::from_secs(1);
        assert_eq!(next_due(start, in_time, minute), start + minute);
        let late = start + 10 * minute;
        assert_eq!(next_due(start, late, minute), late + minute);
        let asked_for = start;
        assert_eq!(next_due(start + minute, asked_for, minute), start + minute);
    }
}
