//! Attempts and the pauses between them.

use std::{
    collections::hash_map::RandomState,
    future::Future,
    hash::{BuildHasher, Hasher},
    time::{Duration, Instant},
};

use tokio::time::{sleep_until, timeout_at};

use super::failure::{Failure, Retry};
use crate::export::{Counts, Deadline, limits::LONGEST_TIME};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause that a collector can ask for.
const LONGEST_REQUESTED: Duration = Duration::from_secs(300);

/// Tries until a deadline. Each pause is twice as long as the one before it.
#[derive(Debug)]
pub(super) struct Retries {
    attempt_limit: Duration,
    /// The collector asked for no requests until then, which holds for the next batch as well.
    silent_until: Option<Instant>,
}

impl Retries {
    pub(super) fn new(attempt_limit: Duration) -> Self {
        Self {
            attempt_limit: attempt_limit.min(LONGEST_TIME),
            silent_until: None,
        }
    }

    pub(super) async fn run<T, F>(
        &mut self,
        deadline: Deadline,
        counts: &Counts,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, Retry>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut pause = FIRST_PAUSE;
        let mut next = self.silent_until.take();
        loop {
            if let Some(at) = next {
                if at >= deadline.into() {
                    return Err(Retry::After(None));
                }
                sleep_until(at.into()).await;
            }
            let failure = match self.attempt(deadline, attempt()).await {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            counts.failed(&failure);
            let Retry::After(after) = failure.retry else {
                return Err(failure.retry);
            };
            let wait = match after {
                Some(after) => after.min(LONGEST_REQUESTED),
                None => jittered(pause),
            };
            let at = Instant::now() + wait;
            // If this batch is dropped meanwhile, the next one waits until then.
            self.silent_until = after.map(|_| at);
            next = Some(at);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt<T>(
        &self,
        deadline: Deadline,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let ends = deadline.min(Deadline::after(self.attempt_limit));
        let result = timeout_at(Instant::from(ends).into(), attempt).await;
        result.unwrap_or_else(|_| {
            let why = format!("no response within {:?}", self.attempt_limit);
            Err(Failure::new(Retry::After(None), why))
        })
    }
}

/// Returns half of the pause to all of it, so that many processes do not retry at the same moment.
fn jittered(pause: Duration) -> Duration {
    let part = RandomState::new().build_hasher().finish() % 512;
    let part = part as u32;
    pause / 2 + pause / 1024 * part
}
