//! A declaration expands to a constant that describes all of it.
#![expect(clippy::unwrap_used, reason = "a missing value fails the test")]
#![expect(clippy::panic, reason = "a missing value fails the test")]

use glyph_core::{
    Catalog, Counter, Gauge, Histogram, Label, LabelSet, Status,
    catalog::{CatalogDescriptor, Kind, MetricDescriptor, Unit},
    label::LabelValues,
    metric_catalog,
};

#[derive(Label)]
enum Provider {
    OpenAI,
    HttpRequest,
    S2s,
    #[label(name = "eleven")]
    ElevenLabs,
}

#[derive(Label)]
#[label(rename_all = "SCREAMING_SNAKE_CASE")]
enum Loud {
    OneWord,
}

#[derive(Label)]
#[label(rename_all = "kebab-case", outcome)]
enum Ending {
    #[label(outcome = ok)]
    AllWell,
    #[label(outcome(error, panicked))]
    Failed,
    #[label(outcome = timeout)]
    TooSlow,
}

#[derive(LabelSet)]
struct Call<'a> {
    provider: Provider,
    #[label(name = "tool", max = 128)]
    name: &'a str,
    ending: Ending,
}

#[derive(LabelSet)]
struct Request {
    loud: Loud,
    status: Status,
}

const BOUNDS: &[f64] = &[0.5, 1.5];

#[metric_catalog(namespace = "inner")]
struct Inner {
    /// Requests.
    requests: Counter<Request>,
}

#[metric_catalog(namespace = "app", stages = stage, max_series = 5_000)]
struct Metrics {
    /// Time of a call,
    /// from its start.
    ///
    /// More about it.
    #[metric(name = "call.duration", unit = seconds, buckets = [100us, 2.5ms, 1s, 1.5m, 1h])]
    #[stage(call, requests = calls, in_flight = running, labels(provider: Provider = Provider::S2s, tool: &str))]
    duration: Histogram,
    /** Calls. */
    calls: Counter<Call<'_>>,
    /// Calls under way.
    running: Gauge,
    /// Size of a call.
    #[metric(unit = bytes, buckets = [1, 4KiB, 1MB], sparse)]
    size: Histogram,
    /// Score of a call.
    #[metric(unit = "points", buckets = BOUNDS)]
    score: Histogram,
    /// Wait before a call.
    #[metric(unit = seconds)]
    wait: Histogram,
    #[catalog]
    inner: Inner,
}

const DESCRIPTOR: CatalogDescriptor = Metrics::DESCRIPTOR;

fn metric(field: &str) -> &'static MetricDescriptor {
    let mut metrics = DESCRIPTOR.metrics.iter();
    metrics.find(|metric| metric.field == field).unwrap()
}

#[test]
fn names_have_namespace_and_unit() {
    let duration = metric("duration");
    assert_eq!(duration.otel_name, "app.call.duration");
    assert_eq!(duration.name, "app_call_duration_seconds");
    assert_eq!(metric("size").name, "app_size_bytes");
    assert_eq!(metric("score").name, "app_score_points");
    assert_eq!(metric("calls").name, "app_calls");
    assert_eq!(metric("score").unit, Unit::Other("points"));
}

#[test]
fn help_is_the_first_paragraph_of_the_comment() {
    assert_eq!(metric("duration").help, "Time of a call, from its start.");
    assert_eq!(metric("calls").help, "Calls.");
}

#[test]
fn bucket_bounds_are_in_the_metrics_unit() {
    assert_eq!(
        metric("duration").buckets,
        [0.0001, 0.0025, 1.0, 90.0, 3600.0]
    );
    assert_eq!(metric("size").buckets, [1.0, 4096.0, 1e6]);
    assert_eq!(metric("score").buckets, BOUNDS);
    assert_eq!(metric("wait").buckets.len(), 14);
    assert_eq!(metric("wait").buckets.first(), Some(&0.005));
    assert_eq!(metric("calls").buckets, [0.0; 0]);
}

#[test]
fn labels_have_wire_names_limits_and_outcomes() {
    let [provider, tool, ending] = metric("calls").labels else {
        panic!("three labels are declared");
    };
    assert_eq!(
        provider.values,
        LabelValues::Closed(&["open_ai", "http_request", "s2s", "eleven"])
    );
    assert_eq!(
        (tool.name, tool.values),
        ("tool", LabelValues::Open { max: 128 })
    );
    assert_eq!(
        ending.values,
        LabelValues::Closed(&["all-well", "failed", "too-slow"])
    );
    // Ok, error, timeout, cancelled, panicked. No value maps to cancelled, so it counts as
    // ok.
    assert_eq!(ending.outcomes, Some([0, 1, 2, 0, 1]));
    assert_eq!(Loud::VALUES, Some(["ONE_WORD"].as_slice()));
}

#[test]
fn stages_name_their_labels_and_families() {
    let [stage] = DESCRIPTOR.stages else {
        panic!("one stage is declared");
    };
    assert_eq!(stage.name, "call");
    assert_eq!(stage.duration, "app_call_duration_seconds");
    assert_eq!(stage.requests, Some("app_calls"));
    assert_eq!(stage.errors, None);
    assert_eq!(stage.in_flight, Some("app_running"));
    let labels: Vec<_> = stage
        .labels
        .iter()
        .map(|label| (label.name, label.values.map(<[_]>::len), label.given))
        .collect();
    assert_eq!(labels, [("provider", Some(4), true), ("tool", None, false)]);
}

#[test]
fn descriptors_have_source_locations() {
    let lines = include_str!("descriptor.rs").lines().collect::<Vec<_>>();
    let at = |line: u32| lines.get(usize::try_from(line).unwrap() - 1).copied();
    assert_eq!(at(DESCRIPTOR.line), Some("struct Metrics {"));
    assert_eq!(at(metric("running").line), Some("    running: Gauge,"));
    let stage = DESCRIPTOR.stages.first().unwrap();
    assert!(at(stage.line).unwrap().starts_with("    #[stage(call,"));
    for file in [DESCRIPTOR.file, metric("running").file, stage.file] {
        assert!(file.ends_with("descriptor.rs"), "{file}");
    }
}

#[test]
fn descriptor_has_names_limits_and_kinds() {
    assert_eq!((DESCRIPTOR.name, DESCRIPTOR.namespace), ("Metrics", "app"));
    assert_eq!(DESCRIPTOR.max_series, 5_000);
    assert_eq!(Inner::DESCRIPTOR.max_series, 10_000);
    let nested: Vec<_> = DESCRIPTOR.nested.iter().map(|nested| nested.name).collect();
    assert_eq!(nested, ["Inner"]);
    assert_eq!(metric("size").kind, Kind::Histogram);
    assert!(metric("size").sparse && !metric("score").sparse);
}

#[test]
fn global_instance_records() {
    let metrics = Metrics::global();
    let call = || Call {
        provider: Provider::ElevenLabs,
        name: "dice",
        ending: Ending::TooSlow,
    };
    metrics.calls.inc(call());
    metrics.running.inc();
    metrics.duration.observe(0.1);
    metrics.size.observe(10.0);
    metrics.score.observe(1.0);
    metrics.wait.observe(1.0);
    let request = || Request {
        loud: Loud::OneWord,
        status: Status::Ok,
    };
    metrics.inner.requests.inc(request());
    assert_eq!(metrics.calls.value(call()), 1);
    assert_eq!(metrics.inner.requests.value(request()), 1);
    assert_eq!(stage::call { tool: "dice" }.tool, "dice");
    let others = [Provider::OpenAI, Provider::HttpRequest, Provider::S2s];
    let endings = [Ending::AllWell, Ending::Failed];
    assert_eq!(others.len() + endings.len(), 5);
}
