//! The report of a shutdown.

use std::{fmt, time::Duration};

use super::{Undelivered, UndeliveredPart};
use crate::export::{Loss, OpenSpans};

/// The target of events about a shutdown.
const LOG: &str = "glyph::shutdown";

/// The result of a shutdown: what was not delivered since the start, to where and why.
///
/// Items that the shutdown could not deliver are in [`parts`](Self::parts), and those that were lost
/// before it began in [`lost_before`](Self::lost_before): in an outage of the collector an hour ago,
/// for example. Data points of cumulative metrics are not among the latter, because a later push
/// has all that an earlier one has lost.
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
    undelivered: Option<Undelivered>,
    /// Whether `undelivered` is an error.
    is_error: bool,
    open_spans: OpenSpans,
}

impl ShutdownReport {
    pub(super) fn new(result: Result<(), Undelivered>, open_spans: OpenSpans) -> Self {
        Self {
            is_error: result.is_err(),
            undelivered: result.err(),
            open_spans,
        }
    }

    /// Adds what was lost before the shutdown began.
    pub(super) fn with_losses(mut self, losses: Vec<Loss>, deadline: Duration) -> Self {
        self.is_error |= losses.iter().any(|loss| loss.is_failing);
        let losses: Vec<_> = losses.into_iter().map(|loss| loss.part).collect();
        if losses.is_empty() {
            return self;
        }
        let undelivered = self.undelivered.take();
        let mut undelivered =
            undelivered.unwrap_or_else(|| Undelivered::of(Vec::new(), Vec::new(), deadline));
        undelivered.lost_before = losses;
        self.undelivered = Some(undelivered);
        self
    }

    /// Returns whether everything was delivered since the start, and no span was still open.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.undelivered.is_none() && self.open_spans.count == 0
    }

    /// Returns whether the shutdown delivered everything that was left when it began.
    #[must_use]
    pub fn is_flushed(&self) -> bool {
        let undelivered = self.undelivered.as_ref();
        undelivered.is_none_or(Undelivered::is_only_before)
    }

    /// Returns what was not delivered since the start, if anything.
    #[must_use]
    pub fn undelivered(&self) -> Option<&Undelivered> {
        self.undelivered.as_ref()
    }

    /// Returns the destinations to which the shutdown could not deliver everything that was left.
    #[must_use]
    pub fn parts(&self) -> &[UndeliveredPart] {
        self.undelivered()
            .map_or(&[], |undelivered| &undelivered.parts)
    }

    /// Returns what was lost before the shutdown began, since the start of the telemetry.
    #[must_use]
    pub fn lost_before(&self) -> &[UndeliveredPart] {
        self.undelivered()
            .map_or(&[], |undelivered| &undelivered.lost_before)
    }

    /// Returns the spans that had not ended when the exporters stopped. They are lost: what ends
    /// later is counted as dropped for the reason `shutdown`.
    #[must_use]
    pub fn open_spans(&self) -> &OpenSpans {
        &self.open_spans
    }

    /// Returns undelivered items as an error.
    ///
    /// Losses before the shutdown are an error only if that exporter has delivered nothing since: its
    /// collector still fails. A program whose collector was away for a minute ends with success, and
    /// [`lost_before`](Self::lost_before) has the count. Spans that are still open are not an error:
    /// the function that shuts down may be inside of one.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if something was not delivered by the deadline, and is lost, or if an
    /// exporter has failed since it last delivered something.
    pub fn into_result(self) -> Result<(), Undelivered> {
        match self.undelivered {
            Some(undelivered) if self.is_error => Err(undelivered),
            _ => Ok(()),
        }
    }

    /// Logs what was lost.
    pub(super) fn log(&self) {
        let at_shutdown = self.parts().iter().map(|part| (part, false));
        let before = self.lost_before().iter().map(|part| (part, true));
        for (part, before) in at_shutdown.chain(before) {
            let UndeliveredPart {
                destination,
                items,
                count,
                url,
                error,
            } = part;
            let (url, error) = (url.as_deref(), error.as_deref());
            let when = if before { "before the shutdown: " } else { "" };
            tracing::warn!(target: LOG, destination, items, count, url, error, "{when}{part}");
        }
        if self.open_spans.count > 0 {
            let open = self.open_spans.count;
            tracing::warn!(target: LOG, open, "{}", self.open_spans);
        }
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.undelivered, self.open_spans.count) {
            (None, 0) => formatter.write_str("everything was delivered"),
            (None, _) => self.open_spans.fmt(formatter),
            (Some(undelivered), 0) => undelivered.fmt(formatter),
            (Some(undelivered), _) => write!(formatter, "{undelivered}; {}", self.open_spans),
        }
    }
}
