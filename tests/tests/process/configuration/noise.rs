//! Spans of libraries that requests and exports use.

use glyph_runtime::TelemetryBuilder;
use glyph_tests::environment;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

/// Returns the names of the accepted spans.
fn taken(change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Vec<String> {
    let builder = environment::telemetry("shop");
    let telemetry = change(builder).build().unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!(target: "h2::client", "frame").in_scope(|| {});
        tracing::trace_span!(target: "h2::proto", "bytes").in_scope(|| {});
        tracing::warn_span!(target: "h2::server", "reset").in_scope(|| {});
        tracing::info_span!(target: "h2o", "boils").in_scope(|| {});
        tracing::debug_span!(target: "shop::stock", "looks").in_scope(|| {});
    });
    let traces = telemetry.recent_traces();
    let mut names: Vec<_> = traces
        .iter()
        .map(|trace| trace.root().unwrap().name.clone())
        .collect();
    names.sort();
    names
}

#[test]
fn spans_of_export_libraries_are_dropped_by_default() {
    assert_eq!(taken(|builder| builder), ["boils", "reset"]);
    let all = taken(|builder| builder.span_level(LevelFilter::TRACE));
    assert_eq!(all, ["boils", "looks", "reset"]);
    let asked = taken(|builder| builder.span_target("h2", LevelFilter::INFO));
    assert_eq!(asked, ["boils", "frame", "reset"]);
}

#[test]
fn longest_matching_target_takes_precedence() {
    let taken = taken(|builder| {
        builder
            .span_target("shop", LevelFilter::OFF)
            .span_target("shop::stock", LevelFilter::DEBUG)
            .span_target("h2::proto", LevelFilter::TRACE)
            .span_target("h2", LevelFilter::OFF)
            .span_target("h2", LevelFilter::ERROR)
    });
    assert_eq!(taken, ["boils", "bytes", "looks"]);
}
