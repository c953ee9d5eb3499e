//! Fields that control a span are in no line and in no log record, whatever sets them.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{collections::BTreeSet, time::Duration};

use glyph_runtime::{
    Histogram, instrument_stage, metric_catalog,
    trace::{Protocol, Sampler, StageSpans},
    wait::wait,
};
use glyph_tests::{environment, receiver::logs::Receiver, wait as until, written::Written};
use tracing::{Span, field::Empty, info, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::sampling;

/// Longer than any operation here takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);
/// The fields that `tracing-opentelemetry` reads from spans, and the prefix of all such names.
const PREFIX: &str = "otel.";

#[metric_catalog(namespace = "control_fields", stages = stage)]
struct Metrics {
    /// Latency of a step.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(step)]
    pub(crate) step: Histogram,
}

#[instrument_stage(stage::step, name = "named", kind = client, fields(step = "fails"), err = event)]
fn fails() -> Result<(), String> {
    info!("in a stage that fails");
    Err("sold out".to_owned())
}

#[instrument_stage(stage::step, kind = producer, fields(step = "async", late = _))]
async fn later() {
    Span::current().record("late", 1);
    info!("in an async stage");
    tokio::task::yield_now().await;
    info!("in an async stage, later");
}

#[tracing::instrument(fields(otel.kind = "server", otel.name = %"instrumented", otel.status_code))]
fn instrumented() {
    Span::current().record("otel.status_code", "OK");
    fails().unwrap_err();
}

/// Each control field in each type that `tracing` records.
fn spans() {
    let error = std::io::Error::other("sold out");
    let error: &dyn std::error::Error = &error;
    for span in [
        info_span!(
            "text",
            otel.name = "a",
            otel.kind = "client",
            otel.status_code = "ERROR",
            otel.status_description = "b"
        ),
        info_span!("display", otel.name = %"a", otel.kind = %"client", otel.status_code = %"ERROR", otel.status_description = %"b"),
        info_span!("debug", otel.name = ?"a", otel.kind = ?"client", otel.status_code = ?"ERROR", otel.status_description = ?"b"),
        info_span!(
            "numbers",
            otel.name = 1,
            otel.kind = 2_u64,
            otel.status_code = true,
            otel.status_description = 0.5
        ),
        info_span!(
            "wide",
            otel.name = 1_i128,
            otel.kind = 2_u128,
            otel.status_code = error,
            otel.status_description = error
        ),
        info_span!(
            "late",
            otel.name = Empty,
            otel.kind = Empty,
            otel.status_code = Empty,
            otel.status_description = Empty
        ),
    ] {
        span.record("otel.name", "later");
        span.record("otel.kind", 3);
        span.record("otel.status_code", tracing::field::debug("ERROR"));
        span.record("otel.status_description", error);
        span.in_scope(|| {
            info!("in a span");
            info_span!("inner", inner = 1).in_scope(|| info!("in an inner span"));
            fails().unwrap_err();
        });
        info!(parent: &span, "with an explicit parent");
    }
}

async fn work(written: &Written) {
    info_span!("root").in_scope(|| {
        spans();
        instrumented();
        wait("pool").scope("tenant").blocking(|| info!("in a wait"));
    });
    later().await;
    sampling::ask(None).await;
    until::until_async("all three services have written their lines", || {
        let lines = written.lines();
        let completed = lines.iter().filter(|line| line["duration_ms"].is_number());
        completed.count() == 3
    })
    .await;
}

/// Returns the names of the fields of all lines, and those of all log records.
fn names(sampler: Sampler, stages: StageSpans) -> [BTreeSet<String>; 2] {
    let (written, receiver) = (Written::default(), Receiver::start([]));
    let (output, endpoint) = (written.output(), receiver.endpoint());
    let telemetry = environment::telemetry("shop")
        .log(|log| log.output = output)
        .logs_otlp(move |logs| {
            logs.otlp.endpoint = endpoint;
            logs.otlp.protocol = Protocol::HttpProtobuf;
        })
        .traces(move |traces| {
            traces.sampler = sampler;
            traces.stages = stages;
        })
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(work(&written)));
    let report = telemetry.shutdown_blocking(LONG);
    report.into_result().unwrap();
    let lines = written.lines();
    let lines = lines
        .iter()
        .flat_map(|line| line.as_object().unwrap().keys());
    let records = receiver.accepted();
    let records = records.iter().flat_map(|record| &record.attributes);
    [
        lines.cloned().collect(),
        records.map(|attribute| attribute.key.clone()).collect(),
    ]
}

#[test]
fn control_fields_of_stages_spans_and_calls_are_in_no_line_and_no_record() {
    let calls = || Metrics::global().step.snapshot().count();
    let calls_before = calls();
    for (root, stages) in [
        (Sampler::AlwaysOn, StageSpans::Tracing),
        (Sampler::AlwaysOn, StageSpans::Records),
        (Sampler::AlwaysOff, StageSpans::Tracing),
    ] {
        let sampler = Sampler::parent_based(root);
        for names in names(sampler, stages) {
            let controls: Vec<_> = names
                .iter()
                .filter(|name| name.starts_with(PREFIX))
                .collect();
            assert!(controls.is_empty(), "{controls:?}");
            for expected in [
                "inner",
                "late",
                "step",
                "wait.scope",
                "rpc.method",
                "http.route",
            ] {
                assert!(names.contains(expected), "no {expected} in {names:?}");
            }
        }
    }
    assert!(calls() > calls_before, "no stage was called");
}
