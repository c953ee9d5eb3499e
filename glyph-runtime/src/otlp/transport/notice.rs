//! Log lines about failed attempts.

use super::{Endpoint, advice, failure::Failure, gate::Gate};
use crate::export::{Counts, ExportFailure, LOG};

/// Counts failed attempts, and logs the first of each kind in a minute, of all signals.
#[derive(Debug)]
pub(super) struct Notices {
    url: String,
    endpoint: Endpoint,
    items: &'static str,
}

impl Notices {
    pub(super) fn new(endpoint: Endpoint, url: String, items: &'static str) -> Self {
        Self {
            url,
            endpoint,
            items,
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Counts a failed attempt.
    pub(super) fn failed(&self, failure: &Failure, collector: &Gate, counts: &Counts) {
        counts.failed_with(self.report(failure, collector));
    }

    /// Returns a failure with the URL and the usual remedy. Logs it, unless one of its kind was
    /// logged for this collector within a minute.
    pub(super) fn report(&self, failure: &Failure, collector: &Gate) -> ExportFailure {
        let advice = failure.advice.clone();
        let reported = ExportFailure {
            url: Some(self.url.clone()),
            advice: advice.or_else(|| advice::of(failure.kind, &self.endpoint)),
            ..ExportFailure::new(failure)
        };
        if collector.is_due(failure.kind) {
            let Self { url, items, .. } = self;
            let (error, advice) = (&reported.cause, reported.advice.as_deref());
            tracing::warn!(target: LOG, exporter = "otlp", url, error, advice, "an attempt to export {items} failed");
        }
        reported
    }
}
