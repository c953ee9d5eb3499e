//! Endpoints and exporters of the signals.

use std::{path::Path, time::Duration};

use glyph_runtime::trace::{Compression, OtlpSettings, Protocol};

use crate::configuration::{read, traces, warnings};

fn otlp(variables: &[(&'static str, &'static str)]) -> OtlpSettings {
    traces(variables).otlp.unwrap()
}

#[test]
fn endpoint_gets_a_path_unless_it_has_one() {
    const GENERAL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const OWN: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
    for (variables, endpoint) in [
        (&[(GENERAL, "http://a:4318")][..], "http://a:4318/v1/traces"),
        (&[(GENERAL, "http://a/otlp/")], "http://a/otlp/v1/traces"),
        (&[(GENERAL, "a:4318")], "a:4318/v1/traces"),
        (&[(OWN, "http://a:4318")], "http://a:4318/"),
        (&[(OWN, "http://a:4318/x")], "http://a:4318/x"),
        (&[(GENERAL, "http://a"), (OWN, "http://b/x")], "http://b/x"),
        (
            &[(GENERAL, "http://a:4317"), (PROTOCOL, "grpc")],
            "http://a:4317",
        ),
        (
            &[(OWN, "http://a:4317"), (PROTOCOL, "grpc")],
            "http://a:4317",
        ),
        (
            &[("OTEL_TRACES_EXPORTER", "otlp")],
            "http://localhost:4318/v1/traces",
        ),
        (
            &[("OTEL_TRACES_EXPORTER", "otlp"), (PROTOCOL, "grpc")],
            "http://localhost:4317",
        ),
    ] {
        assert_eq!(otlp(variables).endpoint, endpoint, "{variables:?}");
    }
}

#[test]
fn exporter_can_be_disabled() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
        ("OTEL_TRACES_EXPORTER", "none"),
    ];
    assert!(traces(&variables).otlp.is_none());
    let unknown = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
        ("OTEL_TRACES_EXPORTER", "zipkin"),
    ];
    assert!(traces(&unknown).otlp.is_some());
    assert_eq!(warnings(&unknown)[0].value, "zipkin");
}

#[test]
fn metrics_and_log_records_are_pushed_only_if_configured() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    let silent = read(&[endpoint]).unwrap();
    assert!(silent.metrics_otlp.is_none() && silent.logs_otlp.is_none());
    let pushed = read(&[
        endpoint,
        ("OTEL_METRICS_EXPORTER", "prometheus,otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc"),
    ]);
    let pushed = pushed.unwrap();
    assert_eq!(
        pushed.metrics_otlp.unwrap().otlp.endpoint,
        "http://a:4318/v1/metrics"
    );
    let logs = pushed.logs_otlp.unwrap().otlp;
    assert_eq!(
        (logs.endpoint.as_str(), logs.protocol),
        ("http://a:4318", Protocol::Grpc)
    );
}

#[test]
fn signal_variables_precede_general_ones() {
    let general = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://a"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x,a=1"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "true"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/key.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/client.pem"),
    ];
    let settings = otlp(&general);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        settings.headers,
        [header("authorization", "Bearer x"), header("a", "1")]
    );
    assert_eq!(settings.timeout, Duration::from_millis(2500));
    assert_eq!(settings.compression, Compression::Gzip);
    assert!(settings.insecure && !settings.tls.insecure_skip_verify);
    assert_eq!(settings.tls.ca_file.as_deref(), Some(Path::new("/ca.pem")));
    assert_eq!(
        settings.tls.client_key_file.as_deref(),
        Some(Path::new("/key.pem"))
    );
    assert_eq!(
        settings.tls.client_certificate_file.as_deref(),
        Some(Path::new("/client.pem"))
    );
    let own = [
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "b=2"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "false"),
        ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/other.pem"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
    ];
    let settings = otlp(&[&general[..], &own].concat());
    assert_eq!(settings.headers, [header("b", "2")]);
    assert_eq!(settings.timeout, Duration::from_millis(1));
    assert_eq!(settings.compression, Compression::None);
    assert!(!settings.insecure);
    assert_eq!(
        settings.tls.ca_file.as_deref(),
        Some(Path::new("/other.pem"))
    );
    assert_eq!(settings.protocol, Protocol::Grpc);
}

#[test]
fn signal_endpoint_alone_enables_a_signal() {
    let own = read(&[("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://a:4318/v1/logs")]);
    let own = own.unwrap();
    assert_eq!(
        own.logs_otlp.unwrap().otlp.endpoint,
        "http://a:4318/v1/logs"
    );
    assert!(own.metrics_otlp.is_none() && own.traces.unwrap().otlp.is_none());
    let refused = read(&[
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://a:4318"),
        ("OTEL_LOGS_EXPORTER", "none"),
    ]);
    assert!(refused.unwrap().logs_otlp.is_none());
}

#[test]
fn push_intervals_and_batches_are_configurable() {
    let pushed = read(&[
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team=checkout"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "15000"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "5000"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "0"),
        ("OTEL_BLRP_EXPORT_TIMEOUT", "2000"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "100"),
        ("RUST_LOG", "warn"),
    ]);
    let pushed = pushed.unwrap();
    assert_eq!(pushed.warnings, []);
    let (metrics, logs) = (pushed.metrics_otlp.unwrap(), pushed.logs_otlp.unwrap());
    assert_eq!(metrics.interval, Duration::from_secs(15));
    assert_eq!(metrics.export_timeout, Duration::from_secs(5));
    assert_eq!(logs.batch.delay, Duration::ZERO);
    assert_eq!(logs.batch.export_timeout, Duration::from_secs(2));
    assert_eq!((logs.batch.queue, logs.batch.batch), (100, 100));
    assert_eq!(logs.filter, "warn");
    assert_eq!(metrics.resource, logs.resource);
    assert_eq!(metrics.resource[0].0, "team");

    let defaults = read(&[
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
    ]);
    let defaults = defaults.unwrap();
    let (metrics, logs) = (defaults.metrics_otlp.unwrap(), defaults.logs_otlp.unwrap());
    assert_eq!(metrics.interval, Duration::from_secs(60));
    assert_eq!(metrics.export_timeout, Duration::from_secs(30));
    assert_eq!(logs.batch.delay, Duration::from_secs(1));
    assert_eq!((logs.batch.queue, logs.batch.batch), (2048, 512));
}

#[test]
fn ignored_general_value_is_warned_about_once() {
    let told = warnings(&[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]);
    assert_eq!(told.len(), 1, "{told:?}");
}
