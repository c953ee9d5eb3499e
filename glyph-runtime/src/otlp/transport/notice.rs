//! Log lines about failed attempts.

use std::time::{Duration, Instant};

use super::{
    Endpoint, advice,
    failure::{Failure, Kind},
};
use crate::export::{Counts, ExportFailure, LOG};

/// The time between two lines of one kind.
const INTERVAL: Duration = Duration::from_secs(60);

/// Counts failed attempts, and logs the first of each kind in a minute.
#[derive(Debug)]
pub(super) struct Notices {
    url: String,
    endpoint: Endpoint,
    items: &'static str,
    logged: [Option<Instant>; Kind::COUNT],
}

impl Notices {
    pub(super) fn new(endpoint: Endpoint, url: String, items: &'static str) -> Self {
        Self {
            url,
            endpoint,
            items,
            logged: [None; Kind::COUNT],
        }
    }

    pub(super) fn failed(&mut self, failure: &Failure, counts: &Counts) {
        let advice = failure.advice.clone();
        let told = ExportFailure {
            url: Some(self.url.clone()),
            advice: advice.or_else(|| advice::of(failure.kind, &self.endpoint)),
            ..ExportFailure::new(failure)
        };
        if self.is_due(failure.kind) {
            let Self { url, items, .. } = self;
            let (error, advice) = (&told.cause, told.advice.as_deref());
            tracing::warn!(target: LOG, exporter = "otlp", url, error, advice, "an attempt to export {items} failed");
        }
        counts.failed_with(told);
    }

    fn is_due(&mut self, kind: Kind) -> bool {
        let now = Instant::now();
        let Some(logged) = self.logged.get_mut(kind as usize) else {
            return false;
        };
        let is_due = logged.is_none_or(|at| now.duration_since(at) >= INTERVAL);
        if is_due {
            *logged = Some(now);
        }
        is_due
    }
}
