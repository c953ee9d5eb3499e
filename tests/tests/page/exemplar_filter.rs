//! The observations that become exemplars, as `OTEL_METRICS_EXEMPLAR_FILTER` sets them.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::collections::HashMap;

use glyph_runtime::{
    Histogram, Telemetry, expose::Format, instrument_stage, metric_catalog, trace::propagation,
};
use glyph_tests::{children::alone, environment};

const SAMPLED: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const UNSAMPLED: &str = "5bf92f3577b34da6a3ce929d0e0e4736";

#[metric_catalog(namespace = "filtered", stages = stage)]
struct Metrics {
    /// Latency of observations.
    #[metric(unit = seconds, buckets = [1s, 2s])]
    latency: Histogram,
    /// Latency of calls.
    #[metric(unit = seconds, buckets = [1000s])]
    #[stage(call)]
    call: Histogram,
}

#[instrument_stage(stage::call)]
fn call() {}

fn installed(filter: Option<&'static str>) -> Telemetry {
    environment::telemetry("filter")
        .env_lookup(move |name| match name {
            "OTEL_METRICS_EXEMPLAR_FILTER" => filter.map(str::to_owned),
            _ => None,
        })
        .catalog(Metrics::global())
        .without_listener()
        .without_log()
        .install()
        .unwrap()
}

/// Observes a value in the trace of a caller.
fn observe_in(trace: &str, flags: &str, value: f64) {
    in_trace(trace, flags, || Metrics::global().latency.observe(value));
}

fn in_trace(trace: &str, flags: &str, work: impl FnOnce()) {
    let parent = format!("00-{trace}-00f067aa0ba902b7-{flags}");
    let headers = HashMap::from([("traceparent".to_owned(), parent)]);
    propagation::extract(&headers).in_scope(work);
}

/// Returns whether the two traces are on the page, after an observation in each and one in none.
fn seen(telemetry: &Telemetry) -> [bool; 2] {
    observe_in(SAMPLED, "01", 0.5);
    observe_in(UNSAMPLED, "00", 1.5);
    Metrics::global().latency.observe(2.5);
    let page = telemetry.render(Format::OpenMetrics);
    [SAMPLED, UNSAMPLED].map(|trace| page.contains(&format!("trace_id=\"{trace}\"")))
}

/// Returns whether calls of a stage have exemplars: one in an unsampled trace, then one in a new trace.
fn stages_are_seen(telemetry: &Telemetry) -> [bool; 2] {
    let of_unsampled = || in_trace(UNSAMPLED, "00", call);
    [
        stage_is_seen(telemetry, of_unsampled),
        stage_is_seen(telemetry, call),
    ]
}

fn stage_is_seen(telemetry: &Telemetry, call: impl FnOnce()) -> bool {
    call();
    let page = telemetry.render(Format::OpenMetrics);
    let mut samples = page.lines();
    samples.any(|line| line.starts_with("filtered_call_seconds_bucket") && line.contains(" # {"))
}

#[test]
fn exemplars_are_those_of_sampled_traces_by_default() {
    alone(|| {
        let telemetry = installed(None);
        assert_eq!(seen(&telemetry), [true, false]);
        assert_eq!(stages_are_seen(&telemetry), [false, true]);
    });
}

#[test]
fn always_on_has_exemplars_of_all_traces() {
    alone(|| {
        let telemetry = installed(Some("Always_On"));
        assert_eq!(seen(&telemetry), [true, true]);
        assert_eq!(stages_are_seen(&telemetry), [true, true]);
    });
}

#[test]
fn always_off_has_no_exemplars() {
    alone(|| {
        let telemetry = installed(Some("always_off"));
        assert_eq!(seen(&telemetry), [false, false]);
        assert_eq!(stages_are_seen(&telemetry), [false, false]);
        // The spans are there all the same.
        assert_eq!(telemetry.recent_traces().len(), 1);
    });
}
