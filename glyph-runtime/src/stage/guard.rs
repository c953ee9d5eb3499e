//! The one object that stands between a stage's start and its record.

use std::time::Duration;

use tracing::Span;

use super::{
    Bound, Opened, Outcome, Row, Rows, Stage, StageCells, Verdict, Word, ending::Ending,
    event::Events, span,
};
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
    opened: Opened,
}

/// Starts a call: its rows are found, its clock runs, and it is in flight.
#[doc(hidden)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are plain struct literals"
)]
pub fn start<S: Stage>(stage: S, opened: Opened) -> Guard {
    Guard::new(S::cells(), stage.rows(), opened)
}

/// [`start`] for a call from a block, whose span is opened by the catalog.
pub(super) fn start_here<S: Stage>(stage: S) -> Guard {
    let opened = span::own(&stage);
    start(stage, opened)
}

impl Guard {
    pub(super) fn new(cells: &'static StageCells, rows: Rows, opened: Opened) -> Self {
        if let Some(gauge) = &cells.in_flight {
            gauge.add_float(cells.own(), rows.in_flight, 1.0);
        }
        Self {
            cells,
            rows,
            started: Moment::now(),
            finished: false,
            opened,
        }
    }

    /// The call's span.
    #[inline]
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.opened.span
    }

    /// Whether the stage counts retries or fallbacks.
    #[inline]
    pub(super) const fn has_events(&self) -> bool {
        self.cells.retries.is_some() || self.cells.fallbacks.is_some()
    }

    pub(super) fn events(&self) -> Events {
        Events::of(self.cells, self.rows)
    }

    /// Records an item of a stream, which comes now and follows that of the moment `last`.
    pub(super) fn item(&self, last: Option<Moment>, now: Moment, outcome: Outcome) {
        let (cells, rows) = (self.cells, self.rows);
        let own = cells.own();
        let (time, row) = match last {
            None => (&cells.first_item, rows.first_item),
            Some(_) => (&cells.between_items, rows.between_items),
        };
        if let Some(time) = time {
            let times = (last.unwrap_or(self.started), now);
            time.observe(own, row, outcome, times, current_exemplar());
        }
        if let Some(items) = &cells.items {
            items.add(own, rows.items, outcome);
        }
    }

    /// Ends the call.
    #[inline]
    pub(super) fn finish<V: Ending>(mut self, End { verdict, exemplar }: End<V>) {
        let verdict = verdict.settle(&mut self);
        self.record(End { verdict, exemplar });
    }

    /// Moves the call's rows from those of the status `ok` to those of `word`.
    pub(super) const fn shift(&mut self, word: Word) {
        let rows = &mut self.rows;
        rows.duration = rows.duration.moved(word.duration);
        rows.requests = rows.requests.moved(word.requests);
    }

    /// Ends the call, whose span is not entered.
    pub(super) fn finish_outside(mut self, verdict: Verdict) {
        let end = self.end_outside(verdict);
        self.record(end);
    }

    fn end_outside(&self, verdict: Verdict) -> End {
        let span = self.span();
        if span.is_disabled() {
            self.end(verdict)
        } else {
            span.in_scope(|| self.end(verdict))
        }
    }

    /// The end of the call, whose span is current.
    #[inline]
    pub(super) fn end<V>(&self, verdict: V) -> End<V> {
        End {
            verdict,
            exemplar: self.opened.exemplar(),
        }
    }

    fn record(&mut self, End { verdict, exemplar }: End) {
        self.finished = true;
        let times = (self.started, Moment::now());
        let (cells, rows, outcome) = (self.cells, self.rows, verdict.outcome);
        let own = cells.own();
        cells
            .duration
            .observe(own, rows.duration, outcome, times, exemplar);
        if let Some(requests) = &cells.requests {
            requests.add(own, rows.requests, outcome);
        }
        if let Some(errors) = &cells.errors
            && outcome.is_error()
        {
            errors.add(own, rows.errors, outcome);
        }
        if let Some(gauge) = &cells.in_flight {
            gauge.add_float(own, rows.in_flight, -1.0);
        }
        if !self.span().is_disabled() {
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
        self.span().record("error.type", error_type);
        if verdict.outcome.is_error() {
            self.span().record("otel.status_code", "ERROR");
        }
    }
}

/// How a call ended, and the trace to show for it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct End<V = Verdict> {
    verdict: V,
    exemplar: Option<Exemplar>,
}

impl Bound {
    #[inline]
    fn add(&self, own: Own, row: Row, outcome: Outcome) {
        self.metric.add_in(own, self.row(row, outcome), 1);
    }

    #[inline]
    fn add_float(&self, own: Own, row: Row, amount: f64) {
        self.metric.add_float_in(own, row.index(), amount);
    }

    #[inline]
    fn observe(
        &self,
        own: Own,
        row: Row,
        outcome: Outcome,
        (started, ended): (Moment, Moment),
        exemplar: Option<Exemplar>,
    ) {
        let row = self.row(row, outcome);
        let nanoseconds = ended.nanoseconds_since(started);
        let bucket = self.metric.observe_nanoseconds_in(own, row, nanoseconds);
        if let Some(exemplar) = exemplar {
            let seconds = Duration::from_nanos(nanoseconds).as_secs_f64();
            self.metric
                .keep_exemplar(row, bucket, exemplar, seconds, ended);
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
