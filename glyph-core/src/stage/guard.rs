//! The guard of a call: from its start to its record.

use std::{
    mem::{ManuallyDrop, forget, replace},
    sync::Arc,
};

use tracing::Span;

use super::{
    CallResult, Description, OpenSpan, Outcome, Stage, StageCells, StageSeries, StatusOffset,
    call_result::IntoCallResult,
    late::{LabelTexts, texts_to_keep},
    opening::open_block,
    record::Item,
};
use crate::{
    clock::Moment,
    scope::{ScopeGuard, ScopeLease, current_lease, entering},
    span::SpanNeeds,
};

/// A call. It records exactly once: when its end is known, or else when it is dropped.
///
/// It is created at its final address, because moving it costs more than its work.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it records the call as cancelled"]
pub struct Guard {
    /// `None` before the call and after it.
    pub(super) cells: Option<&'static StageCells>,
    pub(super) series: StageSeries,
    started: Moment,
    pub(super) open_span: OpenSpan,
    /// Dropped by the drop of the guard, if there is anything to drop, as the span is.
    pub(super) kept: ManuallyDrop<Kept>,
}

/// What a guard keeps until the end of its call. Most calls have none of it.
#[derive(Debug)]
pub(super) struct Kept {
    /// The scope that the call began in. The call is recorded in it, wherever it ends.
    pub(super) scope: Option<ScopeLease>,
    /// The texts of the labels, if an observation during the call may need them.
    pub(super) texts: Option<Arc<LabelTexts>>,
}

impl Kept {
    const NOTHING: Self = Self {
        scope: None,
        texts: None,
    };
}

/// Starts a call: finds its series, starts its clock and counts it as in flight.
#[doc(hidden)]
#[inline]
#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are plain struct literals"
)]
pub fn start<S: Stage>(guard: &mut Guard, stage: S) {
    guard.series = stage.series(true);
    if S::LATE.any() {
        guard.kept.texts = texts_to_keep(&stage, &guard.series);
    }
    guard.begin(S::cells());
}

/// Starts a call from a block, at the callsite of the catalog.
pub(super) fn start_here<S: Stage>(guard: &mut Guard, stage: S, needs: SpanNeeds) {
    open_block(guard, &stage, needs);
    start(guard, stage);
}

impl Guard {
    /// No call.
    #[inline]
    pub const fn idle() -> Self {
        Self {
            cells: None,
            series: StageSeries::FIRST,
            started: Moment::UNKNOWN,
            open_span: OpenSpan::nothing(),
            kept: ManuallyDrop::new(Kept::NOTHING),
        }
    }

    /// Starts a call whose closed labels are known. `texts` has the values of open ones.
    pub(super) fn start(
        &mut self,
        cells: &'static StageCells,
        series: StageSeries,
        texts: Option<Arc<LabelTexts>>,
    ) {
        self.series = series;
        if let Some(texts) = &texts {
            self.series.begin(cells, texts);
        }
        self.kept.texts = texts;
        self.begin(cells);
    }

    #[inline(never)]
    fn begin(&mut self, cells: &'static StageCells) {
        if let Some(lease) = current_lease(cells.catalog_cells()) {
            self.kept.scope = Some(lease);
        }
        if let Some(gauge) = &cells.in_flight {
            gauge.metric.shift(self.series.in_flight.index(), 1);
        }
        self.cells = Some(cells);
        self.started = self.open_span.just_begun().unwrap_or_else(Moment::now);
    }

    #[inline]
    pub(super) const fn is_running(&self) -> bool {
        self.cells.is_some()
    }

    /// Prepares to enter the call, maybe on another thread than the one that opened its span.
    #[inline]
    pub(super) fn entering(&mut self) {
        self.open_span.entering();
    }

    /// Keeps what is around the call, which may end long after the code that began it.
    pub(super) fn outlive(&mut self) {
        self.open_span.outlive();
    }

    /// Moves the call to another guard, which continues it.
    pub(super) const fn take(&mut self) -> Self {
        replace(self, Self::idle())
    }

    /// The call's span.
    #[inline]
    #[must_use]
    pub fn span(&self) -> &Span {
        self.open_span.span()
    }

    /// Records an item of a stream that arrived at `now`. The previous item arrived at `last`.
    pub(super) fn item(&self, last: Option<Moment>, now: Moment, outcome: Outcome) {
        let (Some(cells), series) = (self.cells, &self.series) else {
            return;
        };
        let _scope = self.scoped(cells);
        let item = Item {
            cells,
            series,
            texts: self.kept.texts.as_deref(),
            times: (last.unwrap_or(self.started), now),
            is_first: last.is_none(),
            outcome,
        };
        item.record();
    }

    /// Records the call while its span is current. Call [`over`](Self::over) after leaving the
    /// span.
    #[inline]
    pub(super) fn record(&mut self, end: impl IntoCallResult) {
        let (result, offset, description) = end.into_described();
        self.record_end(result.outcome, offset);
        if result.outcome != Outcome::Ok {
            self.describe(result, description.as_ref());
        }
    }

    /// Marks the call as recorded, so that the drop of the guard records nothing.
    #[inline]
    pub(super) fn over(&mut self) {
        self.cells = None;
        self.open_span.end();
    }

    /// Enters the span, and ends the call with the result of `end`.
    pub(super) fn finish<E: IntoCallResult>(&mut self, end: impl FnOnce() -> E) {
        self.finish_after(|_| {}, end);
    }

    /// [`finish`](Self::finish), after `work` inside of the span.
    pub(super) fn finish_after<E: IntoCallResult>(
        &mut self,
        work: impl FnOnce(&mut Self),
        end: impl FnOnce() -> E,
    ) {
        if self.is_running() {
            {
                let mut inside = self.enter_span();
                work(&mut inside);
                inside.record(end());
            }
            self.over();
        }
    }

    /// The outcome of a call that is dropped.
    pub(super) fn outcome_of_drop() -> Outcome {
        if std::thread::panicking() {
            Outcome::Panicked
        } else {
            Outcome::Cancelled
        }
    }

    #[inline(never)]
    fn record_end(&mut self, outcome: Outcome, offset: StatusOffset) {
        let Some(cells) = self.cells else {
            return;
        };
        let ended = Moment::now();
        if cells.end_labels.is_some() && !self.series.overflowed.is_settled() {
            self.settle_as_declared();
        }
        self.open_span.ended(ended);
        let times = (self.started, ended);
        let _scope = self.scoped(cells);
        let exemplar = self.open_span.exemplar();
        cells.record_end(&self.series, offset, outcome, times, exemplar);
    }

    /// Enters the scope that the call began in, unless it is the current one.
    #[inline]
    fn scoped(&self, cells: &'static StageCells) -> Option<ScopeGuard<'_>> {
        entering(cells.catalog_cells(), self.kept.scope.as_ref())
    }

    /// Describes an end that is not ok on the span.
    #[cold]
    fn describe(&self, result: CallResult, description: Option<&Description>) {
        let (Some(cells), Some(error_type)) = (self.cells, result.error_type_of_span()) else {
            return;
        };
        if self.open_span.is_there() {
            let is_error = cells.failures.contain(result.outcome);
            let description = description.filter(|_| is_error).map(Description::text);
            self.open_span.describe(error_type, description, is_error);
        }
    }
}

impl AsMut<Self> for Guard {
    #[inline]
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

/// Records a panic that unwinds through the call. Without a panic it is forgotten and does nothing.
///
/// The guard cannot do that: it may be dropped long after the panic was caught.
#[derive(Debug)]
pub(super) struct Unwinding<'call>(pub(super) &'call mut Guard);

impl Unwinding<'_> {
    #[inline]
    pub(super) const fn did_not_happen(self) {
        forget(self);
    }
}

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        self.0.finish(|| Outcome::Panicked);
    }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        if self.is_running() || self.kept.scope.is_some() || self.kept.texts.is_some() {
            self.dropped();
        }
    }
}

impl Guard {
    #[inline(never)]
    fn dropped(&mut self) {
        self.finish(Self::outcome_of_drop);
        let nothing = ManuallyDrop::new(Kept::NOTHING);
        drop(ManuallyDrop::into_inner(replace(&mut self.kept, nothing)));
    }
}
