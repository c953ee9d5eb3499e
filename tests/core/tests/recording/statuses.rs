//! The error counter of a stage equals the requests whose status is an error, whatever the type of
//! the status is and whatever the catalog says of cancelled calls.

use futures_util::FutureExt;
use glyph_core::{
    CallStatus, Counter, Histogram, Label, LabelSet, Outcome, Status, metric_catalog,
    stage::Running, testing,
};
use proptest::{collection::vec, prelude::*, sample::select};

/// Declares a catalog with a stage for which a cancelled call is no error, and one for which it is.
///
/// `$errors` are the values that are errors.
macro_rules! catalogs {
    ($($module:ident: $status:ty, $namespace:literal;)+) => {
        $(#[expect(dead_code, reason = "a stage has more ways to be called")]
        mod $module {
            use super::*;

            #[derive(LabelSet)]
            pub(crate) struct Call {
                pub(crate) status: $status,
            }

            #[metric_catalog(namespace = $namespace, stages = stage)]
            pub(crate) struct Metrics {
                /// Duration of calls.
                #[metric(unit = seconds, buckets = [1s])]
                #[stage(call, requests = calls, errors = failures)]
                call: Histogram,
                /// Calls.
                calls: Counter<Call>,
                /// Calls that failed.
                failures: Counter,
                /// Duration of calls that must not be cancelled.
                #[metric(unit = seconds, buckets = [1s])]
                #[stage(strict, requests = strict_calls, errors = strict_failures, cancelled = error)]
                strict: Histogram,
                /// Calls that must not be cancelled.
                strict_calls: Counter<Call>,
                /// Calls that failed or were cancelled.
                strict_failures: Counter,
                /// Duration of calls whose status is on their histogram.
                #[metric(unit = seconds, buckets = [1s])]
                #[stage(timed, errors = timed_failures)]
                timed: Histogram<Call>,
                /// Calls that failed.
                timed_failures: Counter,
            }

            /// Returns the calls by status and the errors of each stage.
            pub(crate) fn after(outcomes: &[Outcome]) -> [(Vec<(String, u64)>, u64); 3] {
                let captured = testing::capture();
                for outcome in outcomes {
                    end(*outcome, || stage::call {}.start());
                    end(*outcome, || stage::strict {}.start());
                    end(*outcome, || stage::timed {}.start());
                }
                let all = Metrics::global();
                let values = <$status>::VALUES.unwrap_or_default();
                let by_status = |count: &dyn Fn(Call) -> u64| {
                    let counted = values.iter().enumerate().map(|(index, value)| {
                        let status = <$status>::literal(index, value);
                        ((*value).to_owned(), count(Call { status }))
                    });
                    counted.collect::<Vec<_>>()
                };
                let counted = [
                    (by_status(&|call| all.calls.value(call)), all.failures.value()),
                    (by_status(&|call| all.strict_calls.value(call)), all.strict_failures.value()),
                    (by_status(&|call| all.timed.snapshot(call).count()), all.timed_failures.value()),
                ];
                drop(captured);
                counted
            }
        })+
    };
}

/// Ends a call.
fn end(outcome: Outcome, start: impl FnOnce() -> Running) {
    match outcome {
        Outcome::Panicked => {
            let call = std::panic::AssertUnwindSafe(async {
                let _running = start();
                std::panic::resume_unwind(Box::new("on purpose"));
            });
            drop(call.catch_unwind().now_or_never());
        }
        Outcome::Cancelled => drop(start()),
        ended => start().finish_as(ended),
    }
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
enum OkOrError {
    Error,
    Ok,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
enum WithTimeout {
    Ok,
    Timeout,
    Error,
    Miss,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
enum Lost {
    Ok,
    #[label(name = "lost", outcome(error, cancelled))]
    Failed,
    Panicked,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
enum GaveUp {
    #[label(outcome(ok))]
    Fine,
    Error,
    #[label(name = "gave_up", outcome(timeout, cancelled))]
    Stopped,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
enum Patient {
    #[label(outcome(ok, timeout))]
    Done,
    Error,
    Cancelled,
}

catalogs! {
    two: Status, "statuses_two";
    all: CallStatus, "statuses_all";
    swapped: OkOrError, "statuses_swapped";
    timeout: WithTimeout, "statuses_timeout";
    lost: Lost, "statuses_lost";
    gave_up: GaveUp, "statuses_gave_up";
    patient: Patient, "statuses_patient";
}

/// Asserts that the errors equal the calls whose status is one of `errors`, with `cancelled` among
/// them if the stage counts a cancelled call as an error and its status has a value of that name.
fn assert_agree(
    counted: [(Vec<(String, u64)>, u64); 3],
    errors: &[&str],
    calls: usize,
) -> Result<(), TestCaseError> {
    for (stage, (by_status, failures)) in counted.into_iter().enumerate() {
        let is_error =
            |value: &str| errors.contains(&value) || (stage == 1 && value == "cancelled");
        let of_errors = by_status.iter().filter(|(value, _)| is_error(value));
        let sum: u64 = of_errors.map(|(_, count)| count).sum();
        prop_assert_eq!(sum, failures, "stage {}: {:?}", stage, by_status);
        let all: u64 = by_status.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(all, calls as u64);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn errors_are_the_requests_whose_status_is_an_error(
        outcomes in vec(select(Outcome::ALL.to_vec()), 0..12),
    ) {
        let calls = outcomes.len();
        assert_agree(two::after(&outcomes), &["error"], calls)?;
        assert_agree(all::after(&outcomes), &["error", "timeout", "panicked"], calls)?;
        assert_agree(swapped::after(&outcomes), &["error"], calls)?;
        assert_agree(timeout::after(&outcomes), &["error", "timeout"], calls)?;
        assert_agree(lost::after(&outcomes), &["lost", "panicked"], calls)?;
        assert_agree(gave_up::after(&outcomes), &["error", "gave_up"], calls)?;
        assert_agree(patient::after(&outcomes), &["error"], calls)?;
    }
}

#[test]
fn cancelled_call_is_ok_unless_the_catalog_says_error() {
    let [(status, errors), (strict, strict_errors), _] = two::after(&[Outcome::Cancelled]);
    let counted = |ok, error| vec![("ok".to_owned(), ok), ("error".to_owned(), error)];
    assert_eq!((status, errors), (counted(1, 0), 0));
    assert_eq!((strict, strict_errors), (counted(0, 1), 1));
}

#[test]
fn span_of_a_cancelled_call_is_an_error_if_the_catalog_says_so() {
    let captured = testing::capture();
    end(Outcome::Cancelled, || two::stage::call {}.start());
    end(Outcome::Cancelled, || two::stage::strict {}.start());
    let (call, strict) = (captured.span("call"), captured.span("strict"));
    assert_eq!(
        (call.error_type(), call.status()),
        (Some("cancelled"), None)
    );
    assert_eq!(
        (strict.error_type(), strict.status()),
        (Some("cancelled"), Some("ERROR"))
    );
}
