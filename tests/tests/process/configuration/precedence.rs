//! The program takes precedence over the environment.

use glyph_runtime::{
    expose::Format,
    trace::{FileSettings, Sampler},
};
use glyph_tests::environment;
use tracing_subscriber::layer::SubscriberExt;

use crate::configuration::lookup;

#[test]
fn program_overrides_the_environment() {
    let telemetry = environment::telemetry("shop")
        .env_lookup(lookup(&[
            ("OTEL_SERVICE_NAME", "shop-eu"),
            ("OTEL_TRACES_SAMPLER", "always_off"),
        ]))
        .version("1.2.3")
        .traces(|traces| {
            assert_eq!(traces.sampler, Sampler::AlwaysOff);
            assert_eq!(traces.version.as_deref(), Some("1.2.3"));
            traces.sampler = Sampler::AlwaysOn;
        })
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("request").in_scope(|| {});
        tracing::debug_span!("detail").in_scope(|| {});
    });
    let traces = telemetry.recent_traces();
    assert_eq!(traces.len(), 1);
    assert_eq!(traces[0].root().unwrap().name, "request");
    let page = telemetry.render(Format::Text);
    let target = page.lines().find(|line| line.starts_with("target_info{"));
    let service = "service_name=\"shop-eu\",service_version=\"1.2.3\"";
    assert!(
        target.is_some_and(|line| line.contains(service) && line.ends_with("} 1")),
        "{page}"
    );
}

#[test]
fn disabled_sdk_keeps_metrics_and_log() {
    let telemetry = environment::telemetry("shop")
        .env_lookup(lookup(&[("OTEL_SDK_DISABLED", "true")]))
        .traces(|traces| traces.file = Some(FileSettings::new("/nowhere/at/all")))
        .build()
        .unwrap();
    assert!(telemetry.traces().is_none() && telemetry.log().is_some());
    assert!(telemetry.recent_traces().is_empty());
    assert!(
        telemetry
            .render(Format::Text)
            .contains("glyph_log_lines_total 0")
    );
}

#[test]
fn invalid_value_is_an_error_of_build() {
    let error = environment::telemetry("shop")
        .env_lookup(lookup(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere at all")]))
        .build()
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("invalid OTEL_EXPORTER_OTLP_ENDPOINT=\"nowhere at all\""));
}
