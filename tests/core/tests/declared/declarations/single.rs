//! Metrics with one label, which need no label set, and labels that can be absent.
#![expect(clippy::float_cmp, reason = "values are exact")]
#![expect(clippy::indexing_slicing, reason = "a missing metric fails the test")]

use std::{borrow::Cow, sync::Arc};

use glyph_core::{
    CallStatus, Catalog, Counter, Gauge, Histogram, Label, LabelSet, instrument_stage,
    metric_catalog, testing,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(name = "tier")]
enum Plan {
    Free,
    None,
}

/// Prometheus reserves the label name `job`.
#[derive(Label, Clone, Copy, Debug)]
enum Job {
    Import,
    Export,
}

#[derive(LabelSet)]
struct Call<'a> {
    #[label(max = 4)]
    tool: Option<&'a str>,
    #[label(max = 4)]
    shared: Arc<str>,
    #[label(max = 4)]
    copied: Cow<'a, str>,
    plan: Option<Plan>,
    cached: bool,
}

#[metric_catalog(namespace = "single", stages = stage, forbid_labels(org))]
struct Metrics {
    /// Requests.
    requests: Counter<Provider>,
    /// Sessions.
    sessions: Gauge<Plan>,
    /// Time of a job.
    #[metric(unit = seconds, label = "task")]
    job_duration: Histogram<Job>,
    /// Lookups.
    #[metric(label = "cached")]
    lookups: Counter<bool>,
    /// Requests, some without a provider.
    answers: Counter<Option<Provider>>,
    /// Calls.
    #[metric(sparse)]
    calls: Counter<Call<'_>>,
    /// Time of a call.
    #[metric(unit = seconds)]
    #[stage(
        ask, requests = asks, in_flight = asking, labels(provider: Option<Provider>)
    )]
    ask_duration: Histogram<CallStatus>,
    /// Calls.
    asks: Counter<CallStatus>,
    /// Calls in flight.
    asking: Gauge<Option<Provider>>,
}

/// The lifetime is what rustc suggests for `Counter<Call>`.
#[metric_catalog(namespace = "single_lifetime")]
struct Suggested<'a> {
    /// Calls.
    calls: Counter<Call<'a>>,
}

#[test]
fn lifetime_that_rustc_suggests_for_a_label_set_compiles() {
    let captured = testing::capture();
    let call = Call {
        tool: None,
        shared: Arc::from("a"),
        copied: Cow::Borrowed("b"),
        plan: None,
        cached: true,
    };
    Suggested::global().calls.inc(call);
    assert_eq!(captured.counter(&Suggested::global().calls).value(), 1);
}

fn label_of(metric: usize) -> &'static str {
    Metrics::DESCRIPTOR.metrics[metric].labels[0].name
}

#[test]
fn only_label_is_named_by_its_type_or_by_the_metric() {
    assert_eq!(label_of(0), "provider");
    assert_eq!(label_of(1), "tier");
    assert_eq!(label_of(2), "task");
    assert_eq!(label_of(3), "cached");
    assert_eq!(label_of(4), "provider");
}

#[test]
fn each_kind_of_metric_records_by_its_only_label() {
    let _captured = testing::capture();
    let metrics = Metrics::global();
    metrics.requests.inc(Provider::Deepgram);
    metrics.requests.add(Provider::Elevenlabs, 2);
    metrics.sessions.set(Plan::Free, 3);
    metrics.job_duration.observe(Job::Export, 0.5);
    metrics.lookups.inc(true);
    assert_eq!(metrics.requests.value(Provider::Deepgram), 1);
    assert_eq!(metrics.requests.value(Provider::Elevenlabs), 2);
    assert_eq!(metrics.sessions.value(Plan::Free), 3.0);
    assert_eq!(metrics.job_duration.snapshot(Job::Export).count(), 1);
    assert_eq!(metrics.job_duration.snapshot(Job::Import).count(), 0);
    assert_eq!(
        (metrics.lookups.value(true), metrics.lookups.value(false)),
        (1, 0)
    );
}

#[test]
fn absent_label_is_the_value_none() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    metrics.answers.inc(None);
    metrics.answers.inc(Some(Provider::Deepgram));
    let answers = captured.counter(&metrics.answers);
    assert_eq!(answers.with_label("provider", "none").value(), 1);
    assert_eq!(answers.with_label("provider", "deepgram").value(), 1);
    assert_eq!(
        Option::<Provider>::VALUES,
        Some(["deepgram", "elevenlabs", "none"].as_slice())
    );
    // A value `none` of the label is the same series.
    assert_eq!(Option::<Plan>::VALUES, Plan::VALUES);
}

#[test]
fn open_labels_are_borrowed_shared_or_absent() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    let call = |tool| Call {
        tool,
        shared: Arc::from("a"),
        copied: Cow::Borrowed("b"),
        plan: None,
        cached: true,
    };
    metrics.calls.inc(call(Some("dice")));
    metrics.calls.inc(call(None));
    assert_eq!(metrics.calls.value(call(None)), 1);
    let calls = captured.counter(&metrics.calls).with_label("shared", "a");
    let calls = calls.with_label("copied", "b").with_label("plan", "none");
    assert_eq!(calls.with_label("tool", "dice").value(), 1);
    assert_eq!(calls.with_label("tool", "none").value(), 1);
}

#[instrument_stage(stage::ask, labels(provider = "deepgram"))]
fn ask_deepgram() {}

#[instrument_stage(stage::ask, labels(provider = "none"))]
fn ask_nobody() {}

#[instrument_stage(stage::ask, labels(provider))]
fn ask(provider: Option<Provider>) {}

#[test]
fn stage_feeds_metrics_with_one_label() {
    let captured = testing::capture();
    ask_deepgram();
    ask_nobody();
    ask(Some(Provider::Elevenlabs));
    let asks = captured.counter(&Metrics::global().asks);
    assert_eq!(asks.with(CallStatus::Ok).value(), 3);
    assert_eq!(Metrics::global().asking.value(None), 0.0);
}

#[test]
fn counter_takes_lengths_and_counts_what_it_rejects() {
    let _captured = testing::capture();
    let requests = &Metrics::global().requests;
    requests.add(Provider::Deepgram, [1, 2, 3].len());
    requests.add(Provider::Deepgram, u32::from(2_u8));
    requests.add(Provider::Deepgram, 1_u64);
    requests.add(Provider::Deepgram, 1);
    requests.add(Provider::Deepgram, -5);
    assert_eq!(requests.value(Provider::Deepgram), 7);
}

#[test]
fn gauge_takes_a_bool_as_one_or_zero() {
    let _captured = testing::capture();
    let sessions = &Metrics::global().sessions;
    sessions.set(Plan::Free, true);
    assert_eq!(sessions.value(Plan::Free), 1.0);
    sessions.set(Plan::Free, false);
    assert_eq!(sessions.value(Plan::Free), 0.0);
    assert_eq!(Plan::None.to_string(), "none");
}
