//! The records of a call at its end, and with each item of its stream.

use super::{
    BoundMetric, Outcome, SeriesIndex, StageCells, StageSeries, StatusOffset,
    late::{LabelTexts, LateSource},
    roles::EveryCall,
};
use crate::{
    Exemplar,
    clock::Moment,
    metric::{ThreadCells, current_exemplar},
};

impl StageCells {
    /// Records the end of a call in the current scope, with its start and its end.
    #[inline]
    pub(super) fn record_end(
        &self,
        series: &StageSeries,
        offset: StatusOffset,
        outcome: Outcome,
        times: (Moment, Moment),
        exemplar: Option<Exemplar>,
    ) {
        let own = self.thread_cells();
        let index = series.duration.moved(offset.duration);
        self.duration.observe(own, index, outcome, times, exemplar);
        if let Some(requests) = &self.requests {
            requests.add(own, series.requests.moved(offset.requests), outcome);
        }
        if let Some(errors) = &self.errors {
            if self.failures.contain(outcome) {
                errors.add(own, series.errors, outcome);
            } else if errors.metric.may_be_absent(own) {
                // Together with the other series, so that the first error is a rise from zero.
                let index = errors.index(series.errors, outcome);
                errors.metric.appear_with_call(own, index);
            }
        }
        if let Some(gauge) = &self.in_flight {
            gauge.metric.shift_in(own, series.in_flight.index(), -1);
        }
        if !series.overflowed.is_none() {
            self.count_overflow(series, outcome);
        }
    }

    /// Counts the observations of an ended call whose values are beyond their limits.
    #[cold]
    fn count_overflow(&self, series: &StageSeries, outcome: Outcome) {
        let overflowed = series.overflowed;
        self.duration
            .count_overflow(overflowed, EveryCall::Duration);
        if let Some(requests) = &self.requests {
            requests.count_overflow(overflowed, EveryCall::Requests);
        }
        if let Some(errors) = &self.errors
            && self.failures.contain(outcome)
        {
            errors.count_overflow(overflowed, EveryCall::Errors);
        }
        if let Some(gauge) = &self.in_flight {
            gauge.count_overflow(overflowed, EveryCall::InFlight);
        }
    }
}

/// An item of a stream.
#[derive(Debug)]
pub(super) struct Item<'call> {
    pub(super) cells: &'static StageCells,
    pub(super) series: &'call StageSeries,
    pub(super) texts: Option<&'call LabelTexts>,
    /// When the item before it arrived or the call started, and when it arrived.
    pub(super) times: (Moment, Moment),
    pub(super) is_first: bool,
    pub(super) outcome: Outcome,
}

impl Item<'_> {
    /// Records the item in the current scope.
    pub(super) fn record(&self) {
        let Self { cells, series, .. } = *self;
        let own = cells.thread_cells();
        let source = || LateSource::new(cells, cells.late.series(series));
        let (time, closed) = if self.is_first {
            (&cells.first_item, series.first_item)
        } else {
            (&cells.between_items, series.between_items)
        };
        if let Some(time) = time {
            let index = time.late_series(closed, source, self.texts);
            time.observe(own, index, self.outcome, self.times, current_exemplar());
        }
        if let Some(items) = &cells.items {
            let index = items.late_series(series.items, source, self.texts);
            items.add(own, index, self.outcome);
        }
    }
}

impl BoundMetric {
    #[inline]
    fn add(&self, own: ThreadCells, series: SeriesIndex, outcome: Outcome) {
        self.metric.increment_in(own, self.index(series, outcome));
    }

    #[inline]
    fn observe(
        &self,
        own: ThreadCells,
        series: SeriesIndex,
        outcome: Outcome,
        (started, ended): (Moment, Moment),
        exemplar: Option<Exemplar>,
    ) {
        let index = self.index(series, outcome);
        let nanoseconds = ended.nanoseconds_since(started);
        match exemplar {
            None => {
                self.metric.observe_nanoseconds_in(own, index, nanoseconds);
            }
            Some(exemplar) => self.observe_sampled(own, index, nanoseconds, ended, exemplar),
        }
    }

    #[inline(never)]
    fn observe_sampled(
        &self,
        own: ThreadCells,
        index: usize,
        nanoseconds: u64,
        ended: Moment,
        exemplar: Exemplar,
    ) {
        let bucket = self.metric.observe_nanoseconds_in(own, index, nanoseconds);
        if let Some(bucket) = bucket {
            self.metric
                .keep_call_exemplar(index, bucket, exemplar, nanoseconds, ended);
        }
    }
}
