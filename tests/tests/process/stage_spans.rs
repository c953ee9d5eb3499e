//! Which kind of spans the stages of a program have: records, or spans of `tracing`.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use glyph_runtime::{
    Histogram, Telemetry, instrument_stage, metric_catalog,
    telemetry::TelemetryBuilder,
    testing,
    trace::{Pipeline, StageSpans, TraceSettings},
};
use glyph_tests::{children::alone, environment};
use tracing::{Metadata, Span, Subscriber, info_span, span};
use tracing_error::{ErrorLayer, SpanTrace};
use tracing_subscriber::{
    Layer, filter::filter_fn, layer::Context, layer::SubscriberExt, registry,
};

#[metric_catalog(namespace = "stage_spans", stages = stage)]
struct Metrics {
    /// Latency of work.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(work)]
    work: Histogram,
}

/// A layer of the program that counts spans.
#[derive(Clone, Default)]
struct Tally(Arc<AtomicUsize>);

impl Tally {
    fn spans(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl<S: Subscriber> Layer<S> for Tally {
    fn on_new_span(&self, _: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// An error of the program that knows in which spans it was made.
#[derive(Debug)]
struct Failure(SpanTrace);

#[instrument_stage(stage::work, fields(order))]
fn fail(order: u32) -> Failure {
    Failure(SpanTrace::capture())
}

/// Returns the name of the span that `tracing` knows of in a stage.
fn name_in_a_stage() -> Option<&'static str> {
    #[instrument_stage(stage::work)]
    fn call<R>(inside: impl FnOnce() -> R) -> R {
        inside()
    }
    fn name() -> Option<&'static str> {
        Span::current().metadata().map(Metadata::name)
    }
    call(name)
}

#[track_caller]
fn assert_tracing() {
    assert_eq!(name_in_a_stage(), Some("work"), "a span of `tracing`");
}

#[track_caller]
fn assert_record() {
    assert_eq!(name_in_a_stage(), None, "a record");
}

fn builder() -> TelemetryBuilder {
    environment::telemetry("shop")
        .catalog(Metrics::global())
        .without_log()
        .without_listener()
}

fn install(builder: TelemetryBuilder) -> Telemetry {
    builder.install().unwrap()
}

/// Asserts that the only trace is that of one call of the stage.
#[track_caller]
fn assert_exported_once(telemetry: &Telemetry) {
    let traces = telemetry.recent_traces();
    let spans = traces.iter().flat_map(|trace| &trace.spans);
    let names: Vec<_> = spans.map(|span| &*span.name).collect();
    assert_eq!(names, ["work"]);
}

fn assert_has_stage(Failure(trace): &Failure) {
    let trace = trace.to_string();
    assert!(trace.contains("::work"), "no stage in {trace:?}");
    assert!(trace.contains("order=7"), "no field in {trace:?}");
}

#[test]
fn program_that_leaves_the_subscriber_to_glyph_has_records() {
    alone(|| {
        let telemetry = install(builder());
        assert_record();
        std::thread::spawn(assert_record).join().unwrap();
        assert_eq!(telemetry.recent_traces().len(), 2);
    });
}

#[test]
fn errors_of_a_program_with_tracing_error_name_their_stages() {
    alone(|| {
        let telemetry = install(builder().layer(ErrorLayer::default()));
        assert_has_stage(&fail(7));
        assert_exported_once(&telemetry);
    });
}

#[test]
fn layer_of_a_program_counts_stages() {
    alone(|| {
        let tally = Tally::default();
        let telemetry = install(builder().layer(tally.clone()));
        assert_tracing();
        assert_eq!(tally.spans(), 1);
        assert_exported_once(&telemetry);
    });
}

#[test]
fn subscriber_of_a_program_sees_stages_before_and_after_the_layers_of_glyph() {
    let telemetry = builder().build().unwrap();
    let (before, after) = (Tally::default(), Tally::default());
    let subscriber = registry()
        .with(before.clone())
        .with(ErrorLayer::default())
        .with(telemetry.layers())
        .with(after.clone());
    tracing::subscriber::with_default(subscriber, || assert_has_stage(&fail(7)));
    assert_eq!((before.spans(), after.spans()), (1, 1));
    assert_exported_once(&telemetry);
}

#[test]
fn global_subscriber_of_a_program_sees_stages() {
    alone(|| {
        let telemetry = install(builder().without_subscriber());
        let tally = Tally::default();
        let subscriber = registry().with(telemetry.layers()).with(tally.clone());
        tracing::subscriber::set_global_default(subscriber).unwrap();
        assert_tracing();
        assert_eq!(tally.spans(), 1);
        assert_exported_once(&telemetry);
    });
}

#[test]
fn subscriber_of_a_scope_sees_stages_of_an_installed_program() {
    alone(|| {
        let telemetry = install(builder());
        let tally = Tally::default();
        let subscriber = || registry().with(tally.clone());
        tracing::subscriber::with_default(subscriber(), assert_tracing);
        {
            let _scope = tracing::subscriber::set_default(subscriber());
            assert_tracing();
        }
        assert_eq!(tally.spans(), 2);
        assert!(telemetry.recent_traces().is_empty());
        assert_record();
        assert_exported_once(&telemetry);
    });
}

#[test]
fn capture_of_a_test_has_the_stages_of_an_installed_program() {
    alone(|| {
        let telemetry = install(builder());
        let captured = testing::capture();
        fail(7);
        assert_eq!(captured.span("work").field("order"), Some("7"));
        assert!(telemetry.recent_traces().is_empty());
        drop(captured);
        fail(7);
        assert_exported_once(&telemetry);
    });
}

#[test]
fn capture_in_a_stage_that_is_a_record_has_the_stages_inside() {
    alone(|| {
        #[instrument_stage(stage::work, name = "around")]
        fn around(inside: impl FnOnce()) {
            inside();
        }
        let telemetry = install(builder());
        around(|| {
            let captured = testing::capture();
            fail(7);
            let span = captured.span("work");
            assert_eq!((span.parent(), span.is_closed()), (None, true));
        });
        let traces = telemetry.recent_traces();
        let names = traces.iter().map(|trace| trace.spans.len());
        assert_eq!(names.collect::<Vec<_>>(), [1]);
    });
}

#[test]
fn program_can_choose_the_kind_itself() {
    alone(|| {
        let records = builder().traces(|traces| traces.stages = StageSpans::Records);
        let tally = Tally::default();
        let telemetry = install(records.layer(tally.clone()));
        assert_record();
        assert_eq!(tally.spans(), 0);
        assert_exported_once(&telemetry);
    });
}

#[test]
fn program_can_choose_spans_of_tracing_for_its_stages() {
    alone(|| {
        let tracing = builder().traces(|traces| traces.stages = StageSpans::Tracing);
        let telemetry = install(tracing);
        assert_tracing();
        assert_exported_once(&telemetry);
    });
}

#[test]
fn filter_on_the_layer_of_a_pipeline_holds_for_stages() {
    let pipeline = Pipeline::start(&TraceSettings::new("shop")).unwrap();
    let without_stages = filter_fn(|metadata: &Metadata<'_>| metadata.name() != "work");
    let layer = pipeline.layer().with_filter(without_stages);
    tracing::subscriber::with_default(registry().with(layer), || {
        info_span!("request").in_scope(|| fail(7));
    });
    let traces = pipeline.recent();
    let spans = traces.iter().flat_map(|trace| &trace.spans);
    let names: Vec<_> = spans.map(|span| &*span.name).collect();
    assert_eq!(names, ["request"]);
}
