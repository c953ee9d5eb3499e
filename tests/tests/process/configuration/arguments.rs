//! The command line takes precedence over everything else.

use clap::Parser;
use glyph_runtime::{config::TelemetryArgs, expose::Format, trace::Protocol};
use glyph_tests::environment;
use tracing_subscriber::layer::SubscriberExt;

use crate::configuration::{lookup, read};

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    telemetry: TelemetryArgs,
}

fn arguments(line: &str) -> Result<TelemetryArgs, String> {
    let words = std::iter::once("glyphd").chain(line.split_whitespace());
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    Ok(cli.telemetry)
}

#[test]
fn all_six_flags_are_parsed() {
    let given = arguments(
        "--trace-endpoint http://otel-collector:4318/v1/traces --trace-service-name glyphd-prod \
         --trace-sample-ratio 0.5 --trace-file /tmp/traces.jsonl --trace-headers x-token=secret,b=2 \
         --trace-insecure-skip-verify",
    );
    let given = given.unwrap();
    assert_eq!(
        given.trace_endpoint.as_deref(),
        Some("http://otel-collector:4318/v1/traces")
    );
    assert_eq!(given.trace_sample_ratio, Some(0.5));
    assert!(given.trace_insecure_skip_verify);
    let shown = format!("{given:?}");
    assert!(
        shown.contains("x-token") && !shown.contains("secret"),
        "{shown}"
    );
}

#[test]
fn invalid_values_are_rejected_at_the_flag() {
    for (line, expected) in [
        ("--trace-endpoint ftp://a", "--trace-endpoint"),
        ("--trace-sample-ratio 1.5", "from 0 to 1"),
        ("--trace-sample-ratio -0.1", "--trace-sample-ratio"),
        ("--trace-headers a", "name=value"),
    ] {
        let error = arguments(line).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn service_name_and_file_flags_take_precedence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    let line = format!(
        "--trace-service-name glyphd-prod --trace-file {}",
        path.display()
    );
    let telemetry = environment::telemetry("glyphd")
        .env_lookup(lookup(&[("OTEL_SERVICE_NAME", "glyphd-eu")]))
        .arguments(arguments(&line).unwrap())
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("plugin").in_scope(|| {});
    });
    telemetry
        .shutdown_blocking(std::time::Duration::from_secs(30))
        .into_result()
        .unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("plugin"));
    assert!(
        telemetry
            .render(Format::Text)
            .contains("service_name=\"glyphd-prod\"")
    );
}

#[test]
fn zero_ratio_makes_no_spans_with_any_sampler() {
    let telemetry = environment::telemetry("glyphd")
        .env_lookup(lookup(&[("OTEL_TRACES_SAMPLER", "always_on")]))
        .arguments(arguments("--trace-sample-ratio 0").unwrap())
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("plugin").in_scope(|| {});
    });
    assert!(telemetry.recent_traces().is_empty());
}

#[test]
fn endpoint_flag_keeps_collector_settings_of_the_environment() {
    let mut configuration = read(&[
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1"),
    ])
    .unwrap();
    let given = "--trace-endpoint http://a:4317 --trace-headers b=2 --trace-insecure-skip-verify";
    configuration.apply(&arguments(given).unwrap());
    let otlp = configuration.traces.unwrap().otlp.unwrap();
    assert_eq!(otlp.endpoint, "http://a:4317");
    assert_eq!(otlp.protocol, Protocol::Grpc);
    let names: Vec<_> = otlp.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(otlp.tls.insecure_skip_verify);
}
