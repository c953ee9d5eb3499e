//! The report of a shutdown.

use std::fmt;

use super::{Undelivered, UndeliveredPart};
use crate::export::OpenSpans;

/// The target of events about a shutdown.
const LOG: &str = "glyph::shutdown";

/// The result of a shutdown: what was not delivered, to where and why.
///
/// The shutdown has logged it. A program that did its work ends with success, also if a collector is
/// down. [`into_result`](Self::into_result) makes undelivered items an error.
///
/// ```
/// use std::time::Duration;
/// use glyph_runtime::Telemetry;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = Telemetry::builder("worker").build()?;
/// let report = telemetry.shutdown_blocking(Duration::from_secs(5));
/// assert!(report.is_complete(), "{report}");
/// report.into_result()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it lists what was not delivered: use `.into_result()?` to return that as an error"]
pub struct ShutdownReport {
    result: Result<(), Undelivered>,
    open_spans: OpenSpans,
}

impl ShutdownReport {
    pub(super) fn new(result: Result<(), Undelivered>, open_spans: OpenSpans) -> Self {
        Self { result, open_spans }
    }

    /// Returns whether everything was delivered, and no span was still open.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.result.is_ok() && self.open_spans.count == 0
    }

    /// Returns what was not delivered, if anything.
    #[must_use]
    pub fn undelivered(&self) -> Option<&Undelivered> {
        self.result.as_ref().err()
    }

    /// Returns the destinations that did not receive everything.
    #[must_use]
    pub fn parts(&self) -> &[UndeliveredPart] {
        self.undelivered()
            .map_or(&[], |undelivered| &undelivered.parts)
    }

    /// Returns the spans that had not ended when the exporters stopped. They are lost: what ends
    /// later is counted as dropped for the reason `shutdown`.
    #[must_use]
    pub fn open_spans(&self) -> &OpenSpans {
        &self.open_spans
    }

    /// Returns undelivered items as an error. Spans that are still open are not an error: the
    /// function that shuts down may be inside of one.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if something was not delivered by the deadline, and is lost.
    pub fn into_result(self) -> Result<(), Undelivered> {
        self.result
    }

    /// Logs what was lost.
    pub(super) fn log(&self) {
        for part in self.parts() {
            let UndeliveredPart {
                destination,
                items,
                count,
                url,
                error,
            } = part;
            let (url, error) = (url.as_deref(), error.as_deref());
            tracing::warn!(target: LOG, destination, items, count, url, error, "{part}");
        }
        if self.open_spans.count > 0 {
            let open = self.open_spans.count;
            tracing::warn!(target: LOG, open, "{}", self.open_spans);
        }
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.result, self.open_spans.count) {
            (Ok(()), 0) => formatter.write_str("everything was delivered"),
            (Ok(()), _) => self.open_spans.fmt(formatter),
            (Err(undelivered), 0) => undelivered.fmt(formatter),
            (Err(undelivered), _) => write!(formatter, "{undelivered}; {}", self.open_spans),
        }
    }
}
