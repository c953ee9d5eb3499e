//! A catalog with a stage, and access to its recorded calls.

use glyph_core::{
    Counter, Histogram, metric_catalog,
    testing::{self, CaptureGuard, CapturedSpan},
};

use super::records;

#[metric_catalog(namespace = "attribute_cases", stages = stage)]
pub(crate) struct Steps {
    /// Time that a step took.
    #[metric(unit = seconds, buckets = [1ms, 1s])]
    #[stage(step, errors = errors)]
    pub(crate) step: Histogram,
    /// Steps that failed.
    pub(crate) errors: Counter,
}

/// Captures what a test records, with the kind of spans that this process has for stages.
pub(crate) fn capture() -> CaptureGuard {
    records::connect();
    testing::capture()
}

/// Returns the only span of the only call in `work`, which has ended.
#[track_caller]
pub(crate) fn only(work: impl FnOnce()) -> CapturedSpan {
    let [span] = <[CapturedSpan; 1]>::try_from(all(work)).unwrap();
    span
}

/// Returns the spans of the calls in `work`. Each call is counted and has ended.
#[track_caller]
pub(crate) fn all(work: impl FnOnce()) -> Vec<CapturedSpan> {
    let captured = capture();
    work();
    let spans = captured.spans();
    assert!(spans.iter().all(CapturedSpan::is_closed), "{spans:?}");
    let calls = captured.histogram::<stage::step>().count();
    assert_eq!(calls, spans.len() as u64, "a span for each call");
    let errors = captured.counter(&Steps::global().errors).value();
    let failed = spans.iter().filter(|span| span.status() == Some("ERROR"));
    assert_eq!(
        errors,
        failed.count() as u64,
        "an error for each that failed"
    );
    spans
}

/// Returns the fields of a span that come from its callsite.
pub(crate) fn fields(span: &CapturedSpan) -> Vec<(&'static str, &str)> {
    let known = |name: &str| name.starts_with("code.") || name == "error.type";
    span.fields()
        .filter(|(name, _)| !known(name) && *name != "otel.status_code")
        .collect()
}
