//! The metrics of a stage, one for each role.

use super::{EndLabelsOfStage, LateLabels, Outcome, failures::Failures};
use crate::{
    descriptor::with_roles,
    label::{OUTCOME_COUNT, Overflowed},
    metric::{CatalogCells, Metric, ThreadCells},
};

/// Generates the types that have a field for each role.
macro_rules! stage_cells {
    ($($(#[$doc:meta])* $role:ident,)+) => {
        /// The metrics of a stage. All but the duration are optional.
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct StageCells {
            pub duration: BoundMetric,
            $(pub $role: Option<BoundMetric>,)+
            pub failures: Failures,
            /// Whether retries or fallbacks are counted.
            pub has_events: bool,
            /// The open labels of the metrics that some calls feed.
            pub late: LateLabels,
            /// The labels that are known at the end of a call, if there are any.
            pub end_labels: Option<&'static EndLabelsOfStage>,
        }

        /// The series of a stage's metrics, without the outcome. Small enough to go along with
        /// every call.
        ///
        /// Metrics that some calls feed have the part of the closed labels.
        #[doc(hidden)]
        #[derive(Clone, Copy, Debug)]
        pub struct StageSeries {
            pub duration: SeriesIndex,
            $(pub $role: SeriesIndex,)+
            /// The open labels whose values are beyond their limits.
            pub overflowed: Overflowed,
        }

        impl StageSeries {
            pub(super) const FIRST: Self = Self {
                duration: SeriesIndex::FIRST,
                $($role: SeriesIndex::FIRST,)+
                overflowed: Overflowed::NONE,
            };
        }
    };
}

with_roles!(stage_cells);

/// The metrics that every call feeds, by their number in [`Overflowed`]. The macro has the same
/// numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum EveryCall {
    Duration,
    Requests,
    Errors,
    InFlight,
}

impl StageCells {
    /// Returns the metrics that every call feeds, with the series of a call in each.
    pub(super) fn of_every_call(
        &self,
        series: &StageSeries,
    ) -> [(EveryCall, Option<&BoundMetric>, SeriesIndex); 4] {
        let Self {
            duration,
            requests,
            errors,
            in_flight,
            ..
        } = self;
        [
            (EveryCall::Duration, Some(duration), series.duration),
            (EveryCall::Requests, requests.as_ref(), series.requests),
            (EveryCall::Errors, errors.as_ref(), series.errors),
            (EveryCall::InFlight, in_flight.as_ref(), series.in_flight),
        ]
    }

    /// Returns the cells of the current thread, looked up once for all metrics of the stage: they
    /// are of one catalog.
    #[inline]
    pub(super) fn thread_cells(&self) -> ThreadCells {
        self.duration.metric.thread_cells()
    }

    #[inline]
    pub(super) fn catalog_cells(&self) -> &'static CatalogCells {
        self.duration.metric.parts.cells
    }
}

/// The index of a metric's series, without the outcome.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct SeriesIndex(i32);

impl SeriesIndex {
    pub const FIRST: Self = Self(0);

    /// The series of this index. No metric has as many series as `i32::MAX`.
    #[inline]
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self(i32::try_from(index).unwrap_or(i32::MAX))
    }

    #[inline]
    pub(super) const fn index(self) -> usize {
        self.plus(0)
    }

    /// Returns the index plus the digits of an outcome. It wraps, because the index can be negative
    /// before (see [`moved`](Self::moved)).
    #[inline]
    const fn plus(self, digit: usize) -> usize {
        digit.wrapping_add_signed(self.0 as isize)
    }

    /// Returns the index with the part of open labels added.
    pub(super) fn plus_offset(self, offset: usize) -> Self {
        self.moved(i32::try_from(offset).unwrap_or(i32::MAX))
    }

    /// Returns the index moved by `by`. It can be negative until the digit of an outcome is added.
    #[inline]
    pub(super) const fn moved(self, by: i32) -> Self {
        Self(self.0.wrapping_add(by))
    }
}

/// A metric of a stage, and the number that each outcome adds to the index of its series.
#[doc(hidden)]
#[derive(Debug)]
pub struct BoundMetric {
    pub(super) metric: &'static Metric,
    digits: [usize; OUTCOME_COUNT],
}

impl BoundMetric {
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated in statics, and every index is compared with a length first"
    )]
    pub const fn new(metric: &'static Metric, failures: &Failures) -> Self {
        let labels = metric.parts.descriptor.labels;
        let mut digits = [0; OUTCOME_COUNT];
        let mut index = 0;
        while index < labels.len() {
            if let Some(outcomes) = labels[index].outcomes {
                let outcomes = failures.digits(outcomes);
                let mut outcome = 0;
                while outcome < digits.len() {
                    digits[outcome] += outcomes[outcome] * metric.parts.strides[index].stride;
                    outcome += 1;
                }
            }
            index += 1;
        }
        Self { metric, digits }
    }

    #[cfg(feature = "testing")]
    pub(crate) const fn metric(&self) -> &'static Metric {
        self.metric
    }

    /// Counts the observation of a call whose values are beyond the limits of these labels.
    #[inline]
    pub(super) fn count_overflow(&self, overflowed: Overflowed, number: EveryCall) {
        if !overflowed.is_none() {
            overflowed.count(number as usize, self.metric.parts.open);
        }
    }

    /// Returns the index of the series that a call with this outcome is recorded in.
    #[inline]
    pub(super) fn index(&self, series: SeriesIndex, outcome: Outcome) -> usize {
        let digit = self.digits.get(outcome.index());
        series.plus(digit.copied().unwrap_or_default())
    }
}
