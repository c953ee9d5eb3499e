//! Attempts and the pauses between them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::time::sleep_until;

use super::{
    Endpoint, Transport,
    failure::{Failure, Kind, Retry},
    gate::Gate,
    notice::Notices,
};
use crate::{
    export::{
        Counts, Deadline, Flushes,
        flushes::{Closed, Flush},
        limits::LONGEST_TIME,
    },
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

    pub(super) fn url(&self) -> &str {
        self.notices.url()
    }

    /// Returns when the gates open, unless they are open.
    ///
    /// The failure that closed them is the reason for items that a flush does not deliver.
    pub(super) fn closed_until(&self, counts: &Counts) -> Option<Closed> {
        let flush = self.flushes.current();
        let until = self.opening(flush).filter(|at| *at > Instant::now())?;
        if flush.is_some() {
            counts.prevented_by(self.shared.cause());
        }
        Some(Closed { until, flush })
    }

    /// Sends a message until the collector takes or rejects it, or until the deadline.
    pub(super) async fn run(
        &mut self,
        transport: &dyn Transport,
        message: Bytes,
        deadline: Deadline,
        counts: &Counts,
    ) -> Result<Bytes, Retry> {
        loop {
            if !self.until_open(deadline, counts).await {
                return Err(Retry::After(None));
            }
            let began = Instant::now();
            let failure = match self.attempt(transport, message.clone(), deadline).await {
                Ok(response) => {
                    self.shared.succeeded();
                    return Ok(response);
                }
                Err(failure) => failure,
            };
            self.notices.failed(&failure, &self.shared, counts);
            match failure.retry {
                Retry::After(asked) => {
                    let asked = asked.map(|asked| asked.min(self.longest_asked));
                    self.shared.failed(began, asked);
                    self.shared.closed_by(counts.last_failure());
                }
                Retry::Never => {
                    self.rejected();
                    return Err(Retry::Never);
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
    pub(super) fn refuse(&mut self, failure: &Failure, counts: &Counts) {
        self.notices.failed(failure, &self.shared, counts);
        self.rejected();
    }

    /// Keeps and logs why a part of a request was rejected. The attempt did not fail.
    pub(super) fn rejected_part(&self, failure: &Failure, counts: &Counts) {
        counts.keep(self.notices.report(failure, &self.shared));
    }

    /// Waits until a request may leave. Returns false if that is not before the deadline.
    async fn until_open(&self, deadline: Deadline, counts: &Counts) -> bool {
        while let Some(closed) = self.closed_until(counts) {
            self.flushes.nothing_before(closed);
            if closed.until >= deadline.into() {
                return false;
            }
            tokio::select! {
                () = sleep_until(closed.until.into()) => {}
                () = self.flushes.until_begun() => {}
            }
        }
        true
    }

    fn opening(&self, flush: Option<Flush>) -> Option<Instant> {
        self.shared.opening(flush).max(self.own.opening(flush))
    }

    /// Ends an attempt at its own limit and at the deadline, whatever the collector sends.
    async fn attempt(
        &self,
        transport: &dyn Transport,
        message: Bytes,
        deadline: Deadline,
    ) -> Result<Bytes, Failure> {
        let limit = self.attempt_limit.min(deadline.left());
        let result = tokio::time::timeout(limit, transport.send(message)).await;
        result.unwrap_or_else(|_| {
            // Without the parts of a millisecond that a deadline has.
            let milliseconds = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
            let limit = Duration::from_millis(milliseconds);
            let retry = if transport.is_accepted() {
                Retry::Never
            } else {
                Retry::After(None)
            };
            Err(Failure::new(
                Kind::Timeout,
                retry,
                format!("no response within {limit:?}"),
            ))
        })
    }
}
