//! The layers of a telemetry on subscribers of a program.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use glyph_runtime::{
    Histogram, Telemetry, instrument_stage, metric_catalog,
    trace::{Sampler, SpanStatus},
};
use glyph_tests::{environment, written::Written};
use opentelemetry::trace::TraceContextExt;
use tracing::{Dispatch, Event, Level, Metadata, Span, Subscriber, debug, error, info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, filter_fn},
    layer::{Context, Layered, SubscriberExt},
};

/// Longer than any operation here takes on a busy machine.
const LONG: Duration = Duration::from_secs(20);

#[metric_catalog(namespace = "subscribers", stages = stage)]
struct Metrics {
    /// Latency of work.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(work)]
    work: Histogram,
}

/// A layer of the program, which counts its events.
#[derive(Clone, Default)]
struct Tally(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Tally {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[instrument_stage(stage::work)]
fn work() -> String {
    info!("at work");
    let ids = Span::current().context().span().span_context().clone();
    ids.span_id().to_string()
}

fn telemetry(written: &Written) -> Telemetry {
    let output = written.output();
    environment::telemetry("shop")
        .catalog(Metrics::global())
        .log(|log| log.output = output)
        .build()
        .unwrap()
}

/// Runs a stage in a span of the program, and checks the spans and the line.
fn check(telemetry: &Telemetry, written: &Written, subscriber: impl Into<Dispatch>) {
    let id = tracing::dispatcher::with_default(&subscriber.into(), || {
        debug!("not seen");
        info_span!("request", user = "ada").in_scope(work)
    });
    telemetry.log().unwrap().flush(LONG).unwrap();
    let lines = written.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["user"], "ada");
    assert_eq!(lines[0]["span_id"], id.as_str());
    let trace = telemetry.recent_traces().remove(0);
    let names: Vec<_> = trace.spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["request", "work"]);
    assert_eq!(trace.spans[1].span_id, id);
    assert_eq!(
        trace.spans[1].parent_span_id.as_deref(),
        Some(&*trace.spans[0].span_id)
    );
    assert_eq!(trace.spans[1].events.len(), 1);
}

#[test]
fn layers_are_for_a_registry() {
    let written = Written::default();
    let telemetry = telemetry(&written);
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    check(&telemetry, &written, subscriber);
}

#[test]
fn layers_are_for_a_subscriber_with_layers_of_the_program() {
    let written = Written::default();
    let telemetry = telemetry(&written);
    let (all, few) = (Tally::default(), Tally::default());
    let only_errors = filter_fn(|metadata: &Metadata<'_>| *metadata.level() == Level::ERROR);
    let program: Layered<_, Layered<_, Registry>> = tracing_subscriber::registry()
        .with(all.clone())
        .with(few.clone().with_filter(only_errors));
    let after = Tally::default();
    let subscriber = program.with(telemetry.layers()).with(after.clone());
    check(&telemetry, &written, subscriber);
    assert_eq!(all.0.load(Relaxed), 2, "what glyph does not want is seen");
    assert_eq!(few.0.load(Relaxed), 0);
    assert_eq!(after.0.load(Relaxed), 2);
}

#[test]
fn layers_are_for_a_subscriber_with_a_filter_for_all() {
    let written = Written::default();
    let telemetry = telemetry(&written);
    let subscriber = tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(telemetry.layers());
    check(&telemetry, &written, subscriber);
}

#[test]
fn layers_of_the_builder_are_for_a_bare_registry() {
    let tally = Tally::default();
    let telemetry = environment::telemetry("shop")
        .without_log()
        .layer(tally.clone())
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || info!("seen"));
    assert_eq!(tally.0.load(Relaxed), 1);
}

#[test]
fn layers_know_their_subscriber() {
    #[instrument_stage(stage::work, fields(user))]
    fn greet(user: &str) {
        info!("hello");
    }
    let written = Written::default();
    let output = written.output();
    let telemetry = environment::telemetry("shop")
        .log(|log| log.output = output)
        .traces(|traces| traces.sampler = Sampler::AlwaysOff)
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        info_span!("request", order = 7).in_scope(|| greet("ada"));
    });
    telemetry.log().unwrap().flush(LONG).unwrap();
    let lines = written.lines();
    assert_eq!(
        lines[0]["user"], "ada",
        "the field of a stage that has no span"
    );
    assert_eq!(lines[0]["order"], 7);

    let telemetry = environment::telemetry("shop")
        .without_log()
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        let never_entered = info_span!("request");
        error!(parent: &never_entered, "on purpose");
    });
    let trace = telemetry.recent_traces().remove(0);
    assert_eq!(trace.spans[0].status, SpanStatus::Unset);
    assert_eq!(trace.spans[0].events.len(), 1);
}
