//! The effects of `install`. A process has one subscriber, so this is one test.

use std::time::Duration;

use glyph_runtime::{
    Counter, Histogram, LabelSet, Status, instrument_stage, log::Output, metric_catalog,
};
use glyph_tests::children::alone;
use glyph_tests::{Page, environment, written::Written};
use opentelemetry::trace::{Tracer, TracerProvider};
use tracing_subscriber::layer::SubscriberExt;

use crate::configuration::lookup;

#[derive(LabelSet)]
struct Looked {
    status: Status,
}

#[metric_catalog(namespace = "installed", stages = stage)]
struct Metrics {
    /// Lookup duration.
    #[metric(name = "lookup.duration", unit = seconds, buckets = [1ms, 1s])]
    #[stage(lookup, requests = lookups)]
    duration: Histogram,
    /// Look-ups.
    lookups: Counter<Looked>,
}

#[instrument_stage(stage::lookup)]
fn look_up() -> Result<(), std::io::Error> {
    tracing::info!(key = "sword", "looked up");
    Ok(())
}

#[test]
fn installed_spans_lines_and_page_agree() {
    alone(|| {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(installed());
    });
}

async fn installed() {
    let written = Written::default();
    let output = written.clone();
    let telemetry = environment::telemetry("installed")
        .env_lookup(lookup(&[("OTEL_BSP_SCHEDULE_DELAY", "soon")]))
        .catalog(Metrics::global())
        .log(|log| {
            log.output = Output::Writer(Box::new(output));
            // OpenTelemetry's own events depend on the features that other crates enable.
            "info,opentelemetry=off".clone_into(&mut log.filter);
        })
        .without_listener()
        .without_facade()
        .install()
        .unwrap();
    look_up().unwrap();
    glyph_runtime::audit!(user = "ada", "granted");
    tracing::debug!("nobody wants to know");
    opentelemetry::global::tracer_provider()
        .tracer("other")
        .in_span("by OpenTelemetry alone", |_| {});

    let nothing = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(nothing, || tracing::error!("not logged"));
    let again = environment::telemetry("again").without_listener().install();
    assert!(
        again
            .unwrap_err()
            .to_string()
            .contains(".without_subscriber()")
    );

    telemetry.shutdown().await.into_result().unwrap();
    let lines = written.lines();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let warning = lines[0]["message"].as_str().unwrap();
    assert!(warning.starts_with("ignored invalid OTEL_BSP_SCHEDULE_DELAY=\"soon\""));
    assert_eq!(lines[1]["key"], "sword");
    assert_eq!(lines[2]["target"], "audit");

    let traces = telemetry.recent_traces();
    assert_eq!(traces.len(), 2);
    let root = traces[1].root().unwrap();
    assert_eq!(root.name, "lookup");
    assert_eq!(lines[1]["trace_id"], traces[1].id.as_str());
    assert_eq!(traces[1].spans[0].events.len(), 1);

    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.value("glyph_log_lines_total", &[]), Some(3.0));
    assert_eq!(page.value("glyph_trace_spans_ended_total", &[]), Some(2.0));
    let ok = [("status", "ok")];
    assert_eq!(page.value("installed_lookups_total", &ok), Some(1.0));
    tracing::info!("too late");
    let dropped = [("reason", "shutdown"), ("level", "")];
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(
        page.value("glyph_log_lines_dropped_total", &dropped),
        Some(1.0)
    );
    let again = telemetry.shutdown_blocking(Duration::ZERO);
    assert!(again.is_complete(), "{again}");
}
