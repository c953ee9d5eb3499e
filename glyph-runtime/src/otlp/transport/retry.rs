//! Attempts and the pauses between them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::{sleep_until, timeout_at};

use super::{
    Endpoint,
    failure::{Failure, Kind, Retry},
    gate::{Gate, Opening},
    notice::Notices,
};
use crate::{
    export::{Counts, Deadline, Flush, Flushes, limits::LONGEST_TIME},
    otlp::OtlpSettings,
};

/// Tries until a deadline. No request leaves before the gates are open.
#[derive(Debug)]
pub(super) struct Retries {
    attempt_limit: Duration,
    longest_asked: Duration,
    /// For all requests to the collector.
    shared: Arc<Gate>,
    /// For the requests of this client, whose rejection says nothing about those of others.
    own: Gate,
    flushes: Arc<Flushes>,
    notices: Notices,
}

impl Retries {
    pub(super) fn new(settings: &OtlpSettings, endpoint: &Endpoint, notices: Notices) -> Self {
        Self {
            attempt_limit: settings.timeout.min(LONGEST_TIME),
            longest_asked: settings.longest_retry_delay.min(LONGEST_TIME),
            shared: Gate::of(settings, endpoint),
            own: Gate::default(),
            flushes: Arc::default(),
            notices,
        }
    }

    pub(super) fn follow(&mut self, flushes: &Arc<Flushes>) {
        self.flushes = Arc::clone(flushes);
    }

    /// Returns when the gates open, unless they are open or a flush waits.
    pub(super) fn closed_until(&self) -> Option<Instant> {
        match self.opening(self.flushes.current()) {
            Some(Opening::At(at)) if self.flushes.current().is_none() => {
                (at > Instant::now()).then_some(at)
            }
            _ => None,
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
        loop {
            if !self.until_open(deadline, counts).await {
                return Err(Retry::After(None));
            }
            let began = Instant::now();
            let failure = match self.attempt(deadline, attempt()).await {
                Ok(response) => {
                    self.shared.succeeded();
                    return Ok(response);
                }
                Err(failure) => failure,
            };
            let retry = failure.retry;
            self.notices.failed(failure, counts);
            match retry {
                Retry::After(asked) => {
                    let asked = asked.map(|asked| asked.min(self.longest_asked));
                    self.shared.failed(began, asked);
                    self.shared.closed_by(counts.last_failure());
                }
                Retry::Never => {
                    self.rejected();
                    return Err(retry);
                }
            }
        }
    }

    /// Starts a pause after a request that the collector rejected. It does not grow: the
    /// collector is there.
    pub(super) fn rejected(&mut self) {
        self.own = Gate::default();
        self.own.failed(Instant::now(), None);
    }

    /// Counts and logs an answer that is no success.
    pub(super) fn refuse(&mut self, failure: Failure, counts: &Counts) {
        self.notices.failed(failure, counts);
        self.rejected();
    }

    /// Waits until a request may leave. Returns false if that is not before the deadline.
    async fn until_open(&self, deadline: Deadline, counts: &Counts) -> bool {
        loop {
            let opening = match self.opening(self.flushes.current()) {
                Some(Opening::At(at)) if at <= Instant::now() => return true,
                None => return true,
                Some(opening) => opening,
            };
            counts.prevented_by(self.shared.cause());
            let at = match opening {
                Opening::At(at) if at < deadline.into() => at,
                _ => return false,
            };
            tokio::select! {
                () = sleep_until(at.into()) => {}
                () = self.flushes.until_begun() => {}
            }
        }
    }

    fn opening(&self, flush: Option<Flush>) -> Option<Opening> {
        self.shared.opening(flush).max(self.own.opening(flush))
    }

    /// Ends an attempt at its own limit and at the deadline, whatever the collector sends.
    async fn attempt<T>(
        &self,
        deadline: Deadline,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let began = Instant::now();
        let ends = deadline.min(Deadline::after(self.attempt_limit));
        let result = timeout_at(Instant::from(ends).into(), attempt).await;
        result.unwrap_or_else(|_| {
            let waited = Duration::from_millis(began.elapsed().as_millis() as u64);
            let cause = format!("no response within {waited:?}");
            Err(Failure::new(Kind::Timeout, Retry::After(None), cause))
        })
    }
}
