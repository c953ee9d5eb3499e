//! The one object that stands between a stage's start and its record.

use std::time::Duration;

use tracing::Span;

use super::{Bound, Outcome, Rows, Stage, StageCells, Verdict, event::Events, span};
use crate::{
    Exemplar,
    clock::Moment,
    metric::{Own, current_exemplar},
};

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
    Guard::new(S::cells(), stage.rows(), span)
}

/// [`start`] for a call from a block, whose span is opened by the catalog.
pub(super) fn start_here<S: Stage>(stage: S) -> Guard {
    let span = span::own(&stage);
    start(stage, span)
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
            time.time(own, row, elapsed, current_exemplar());
        }
        if let Some(items) = &cells.items {
            items
                .metric
                .add_in(own, rows.items + items.digit(outcome), 1);
        }
    }

    /// Ends the call.
    #[inline]
    pub(super) fn finish(mut self, end: End) {
        self.record(end);
    }

    /// Ends the call, whose span is not entered.
    pub(super) fn finish_outside(mut self, verdict: Verdict) {
        let end = self.end_outside(verdict);
        self.record(end);
    }

    fn end_outside(&self, verdict: Verdict) -> End {
        if self.span.is_disabled() {
            End::here(verdict)
        } else {
            self.span.in_scope(|| End::here(verdict))
        }
    }

    fn record(&mut self, End { verdict, exemplar }: End) {
        self.finished = true;
        let elapsed = self.started.elapsed_nanoseconds();
        let (cells, rows, outcome) = (self.cells, self.rows, verdict.outcome);
        let own = cells.own();
        let row = rows.duration + cells.duration.digit(outcome);
        cells.duration.time(own, row, elapsed, exemplar);
        if let Some(requests) = &cells.requests {
            requests
                .metric
                .add_in(own, rows.requests + requests.digit(outcome), 1);
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

/// How a call ended, and the trace to show for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    verdict: Verdict,
    exemplar: Option<Exemplar>,
}

impl End {
    /// The end of a call whose span is current.
    #[inline]
    pub(super) fn here(verdict: Verdict) -> Self {
        Self {
            verdict,
            exemplar: current_exemplar(),
        }
    }
}

impl Bound {
    #[inline]
    fn time(&self, own: Own, row: usize, nanoseconds: u64, exemplar: Option<Exemplar>) {
        let bucket = self.metric.observe_nanoseconds_in(own, row, nanoseconds);
        if let Some(exemplar) = exemplar {
            let seconds = Duration::from_nanos(nanoseconds).as_secs_f64();
            self.metric.keep_exemplar(row, bucket, exemplar, seconds);
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
            let end = self.end_outside(outcome.into());
            self.record(end);
        }
    }
}
