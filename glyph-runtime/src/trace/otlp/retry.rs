//! Attempts and the pauses between them.

use std::{
    collections::hash_map::RandomState,
    future::Future,
    hash::{BuildHasher, Hasher},
    time::{Duration, Instant},
};

use tokio::time::{sleep_until, timeout_at};

use super::{Counts, Failure};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A collector is not believed when it asks for more.
const LONGEST_REQUESTED: Duration = Duration::from_secs(300);

/// Tries until the time for a batch is used up, each pause twice as long as the one before it.
#[derive(Debug)]
pub(super) struct Retries {
    limit: Duration,
    attempt_limit: Duration,
    /// The other side asked for silence until then, which holds for the next batch as well.
    silent_until: Option<Instant>,
}

impl Retries {
    pub(super) fn new(limit: Duration, attempt_limit: Duration) -> Self {
        Self {
            limit,
            attempt_limit,
            silent_until: None,
        }
    }

    pub(super) async fn run<T, F>(
        &mut self,
        counts: &Counts,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let deadline = Instant::now() + self.limit;
        let mut pause = FIRST_PAUSE;
        let mut next = self.silent_until.take();
        loop {
            if let Some(at) = next {
                if at >= deadline {
                    // Kept for the next batch, unless it is past by then.
                    self.silent_until = next;
                    return Err(Failure::Passing { after: None });
                }
                sleep_until(at.into()).await;
            }
            let ends = deadline.min(Instant::now() + self.attempt_limit);
            let result = timeout_at(ends.into(), attempt()).await;
            let after = match result.unwrap_or(Err(Failure::Passing { after: None })) {
                Ok(answer) => return Ok(answer),
                Err(Failure::Rejected) => {
                    counts.failed();
                    return Err(Failure::Rejected);
                }
                Err(Failure::Passing { after }) => after,
            };
            counts.failed();
            let wait = match after {
                Some(after) => after.min(LONGEST_REQUESTED),
                None => jittered(pause),
            };
            next = Some(Instant::now() + wait);
            pause = (pause * 2).min(LONGEST_PAUSE);
            if after.is_none() && next.is_some_and(|at| at >= deadline) {
                return Err(Failure::Passing { after: None });
            }
        }
    }
}

/// From half of the pause to the whole, so that a fleet does not come back at one moment.
fn jittered(pause: Duration) -> Duration {
    let part = RandomState::new().build_hasher().finish() % 512;
    let part = part as u32;
    pause / 2 + pause / 1024 * part
}
