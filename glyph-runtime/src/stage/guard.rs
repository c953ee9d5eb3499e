//! The one object that stands between a stage's start and its record.

use tracing::Span;

use super::{Outcome, Rows, Stage, StageCells, Verdict, Word, event::Events};
use crate::clock::Moment;

/// A call under way. It records exactly once: when it is finished, or else when it is dropped.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it records the call as cancelled"]
pub struct Guard {
    cells: &'static StageCells,
    rows: Rows,
    started: Moment,
    finished: bool,
    span: Span,
}

/// Starts a call: its rows are found, its clock runs, and it is in flight.
#[doc(hidden)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are plain struct literals"
)]
pub fn start<S: Stage>(stage: S, span: Span) -> Guard {
    if !span.is_disabled() {
        stage.describe(&span);
    }
    Guard::new(S::cells(), stage.rows(), span)
}

impl Guard {
    pub(super) fn new(cells: &'static StageCells, rows: Rows, span: Span) -> Self {
        if let Some(gauge) = &cells.in_flight {
            gauge.metric.add_float_in(cells.own(), rows.in_flight, 1.0);
        }
        Self {
            cells,
            rows,
            started: Moment::now(),
            finished: false,
            span,
        }
    }

    /// The call's span.
    #[inline]
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Whether the stage counts retries or fallbacks.
    #[inline]
    pub(super) const fn has_events(&self) -> bool {
        self.cells.retries.is_some() || self.cells.fallbacks.is_some()
    }

    pub(super) fn events(&self) -> Events {
        Events::of(self.cells, self.rows)
    }

    /// Records an item of a stream, which follows that of the moment `last`.
    pub(super) fn item(&self, last: Option<Moment>, outcome: Outcome) {
        let (cells, rows) = (self.cells, self.rows);
        let own = cells.own();
        let (time, row) = match last {
            None => (&cells.first_item, rows.first_item),
            Some(_) => (&cells.between_items, rows.between_items),
        };
        if let Some(time) = time {
            let elapsed = last.unwrap_or(self.started).elapsed_nanoseconds();
            let row = row + time.digit(outcome);
            time.metric.observe_nanoseconds_in(own, row, elapsed);
        }
        if let Some(items) = &cells.items {
            items
                .metric
                .add_in(own, rows.items + items.digit(outcome), 1);
        }
    }

    /// Ends the call as `verdict` says.
    #[inline]
    pub fn finish(mut self, verdict: Verdict) {
        self.record(verdict);
    }

    /// [`finish`](Self::finish) as `ok`, but for what `word` makes of the status.
    pub(super) fn finish_with(mut self, word: Word) {
        let rows = &mut self.rows;
        rows.duration = rows.duration.wrapping_add(word.duration);
        rows.requests = rows.requests.wrapping_add(word.requests);
        self.record(Verdict::OK);
    }

    fn record(&mut self, verdict: Verdict) {
        self.finished = true;
        let elapsed = self.started.elapsed_nanoseconds();
        let (cells, rows, outcome) = (self.cells, self.rows, verdict.outcome);
        let own = cells.own();
        // A word's rows may have wrapped around, and come back here.
        let row = rows.duration.wrapping_add(cells.duration.digit(outcome));
        cells
            .duration
            .metric
            .observe_nanoseconds_in(own, row, elapsed);
        if let Some(requests) = &cells.requests {
            let row = rows.requests.wrapping_add(requests.digit(outcome));
            requests.metric.add_in(own, row, 1);
        }
        if let Some(errors) = &cells.errors
            && outcome.is_error()
        {
            errors
                .metric
                .add_in(own, rows.errors + errors.digit(outcome), 1);
        }
        if let Some(gauge) = &cells.in_flight {
            gauge.metric.add_float_in(own, rows.in_flight, -1.0);
        }
        if !self.span.is_disabled() {
            self.describe(verdict);
        }
    }

    /// Errors set the span's status (OpenTelemetry semantic conventions, "Recording errors").
    #[cold]
    fn describe(&self, verdict: Verdict) {
        let error_type = match verdict.outcome {
            Outcome::Ok => return,
            Outcome::Cancelled => verdict.error_type.unwrap_or("cancelled"),
            Outcome::Panicked => "panic",
            Outcome::Timeout => verdict.error_type.unwrap_or("timeout"),
            Outcome::Error => verdict.error_type.unwrap_or("error"),
        };
        self.span.record("error.type", error_type);
        if verdict.outcome.is_error() {
            self.span.record("otel.status_code", "ERROR");
        }
    }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        if !self.finished {
            let outcome = if std::thread::panicking() {
                Outcome::Panicked
            } else {
                Outcome::Cancelled
            };
            self.record(Verdict {
                outcome,
                error_type: None,
            });
        }
    }
}
