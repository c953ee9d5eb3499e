//! A catalog with separate series for each test, and their values.

use glyph_core::{CallStatus, Counter, Gauge, Histogram, LabelSet, Outcome, metric_catalog};

#[derive(LabelSet)]
pub(crate) struct Call<'a> {
    #[label(max = 256)]
    pub(crate) function: &'a str,
    pub(crate) ended: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Function<'a> {
    #[label(max = 256)]
    pub(crate) function: &'a str,
}

#[metric_catalog(namespace = "calls", stages = stage)]
pub(crate) struct Functions {
    /// Time that calls took.
    #[metric(unit = seconds, buckets = [1ms, 1s])]
    #[stage(call, requests = calls, errors = failures, in_flight = running, labels(function: &str))]
    pub(crate) duration: Histogram<Call<'_>>,
    /// Calls that ended.
    pub(crate) calls: Counter<Call<'_>>,
    /// Calls that failed.
    pub(crate) failures: Counter<Function<'_>>,
    /// Calls under way.
    pub(crate) running: Gauge<Function<'_>>,
}

/// The recording of one function.
#[derive(Debug, PartialEq)]
pub(crate) struct Tally {
    /// Calls by outcome, in the order of [`Outcome::ALL`]. The counter and the histogram agree.
    calls: [u64; 5],
    failures: u64,
    running: f64,
}

impl Tally {
    pub(crate) fn of(function: &str) -> Self {
        let all = [
            CallStatus::Ok,
            CallStatus::Error,
            CallStatus::Timeout,
            CallStatus::Cancelled,
            CallStatus::Panicked,
        ];
        let calls = all.map(|ended| Functions::global().calls.value(Call { function, ended }));
        let timed = all.map(|ended| {
            let durations = Functions::global()
                .duration
                .snapshot(Call { function, ended });
            durations.count()
        });
        assert_eq!(calls, timed, "{function}: counter and histogram differ");
        Self {
            calls,
            failures: Functions::global().failures.value(Function { function }),
            running: Functions::global().running.value(Function { function }),
        }
    }

    /// Returns the recording that these calls leave when all have ended.
    pub(crate) fn ended(outcomes: &[Outcome]) -> Self {
        Self {
            calls: Outcome::ALL
                .map(|outcome| outcomes.iter().filter(|ended| **ended == outcome).count() as u64),
            failures: outcomes.iter().filter(|ended| ended.is_error()).count() as u64,
            running: 0.0,
        }
    }

    /// Returns the number of calls in flight.
    pub(crate) fn running(function: &str) -> f64 {
        Functions::global().running.value(Function { function })
    }
}

/// Asserts that the calls of `function` ended in these ways and in no other.
#[track_caller]
pub(crate) fn assert_ended(function: &str, outcomes: &[Outcome]) {
    assert_eq!(Tally::of(function), Tally::ended(outcomes), "{function}");
}
