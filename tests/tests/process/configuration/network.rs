//! Time limits, proxies and words of the variables for exporters.

use std::time::Duration;

use glyph_runtime::{
    config::Setting,
    trace::{Compression, Protocol, Sampler},
};

use crate::configuration::{environment, read, traces, warnings};

const COLLECTOR: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a/otlp/?key=1");

#[test]
fn path_goes_before_the_query() {
    let with_protocol = |protocol| {
        let protocol = ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
        let otlp = traces(&[COLLECTOR, protocol]).otlp.unwrap();
        (otlp.protocol, otlp.endpoint)
    };
    assert_eq!(
        with_protocol("http/protobuf"),
        (
            Protocol::HttpProtobuf,
            "http://a/otlp/v1/traces?key=1".to_owned()
        )
    );
    assert_eq!(with_protocol("grpc").0, Protocol::Grpc);
    let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a?key=/");
    assert_eq!(traces(&[own]).otlp.unwrap().endpoint, "http://a/?key=/");
}

#[test]
fn words_are_read_in_any_case() {
    let variables = [
        COLLECTOR,
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "gRPC"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "GZip"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "TRUE"),
        ("OTEL_TRACES_EXPORTER", "OTLP"),
        ("OTEL_METRICS_EXPORTER", "Prometheus,Otlp"),
        ("OTEL_LOGS_EXPORTER", "None"),
        ("OTEL_PROPAGATORS", "Baggage"),
        ("OTEL_TRACES_SAMPLER", "Always_Off"),
        ("OTEL_LOG_LEVEL", "Warn"),
    ];
    let configuration = read(&variables).unwrap();
    assert_eq!(configuration.warnings, []);
    let traces = configuration.traces.unwrap();
    assert_eq!(traces.sampler, Sampler::AlwaysOff);
    let otlp = traces.otlp.unwrap();
    assert_eq!(
        (otlp.protocol, otlp.compression),
        (Protocol::Grpc, Compression::Gzip)
    );
    assert!(otlp.insecure);
    assert!(configuration.metrics_otlp.is_some() && configuration.logs_otlp.is_none());
    assert_eq!(configuration.propagators.len(), 1);
    assert_eq!(configuration.log.filter, "warn");
}

#[test]
fn time_limit_of_zero_is_none() {
    let variables = [
        COLLECTOR,
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "0"),
        ("OTEL_BLRP_EXPORT_TIMEOUT", "0"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "0"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
    ];
    let configuration = read(&variables).unwrap();
    // An interval is not a time limit.
    let [warning] = &configuration.warnings[..] else {
        panic!("{:?}", configuration.warnings)
    };
    assert_eq!(warning.variable, "OTEL_METRIC_EXPORT_INTERVAL");
    let traces = configuration.traces.unwrap();
    assert_eq!(traces.otlp.unwrap().timeout, Duration::MAX);
    assert_eq!(traces.batch.export_timeout, Duration::MAX);
    let metrics = configuration.metrics_otlp.unwrap();
    assert_eq!(
        (metrics.otlp.timeout, metrics.export_timeout),
        (Duration::MAX, Duration::MAX)
    );
    assert_eq!(
        configuration.logs_otlp.unwrap().batch.export_timeout,
        Duration::MAX
    );
}

#[test]
fn longest_retry_delay_is_a_setting() {
    let delay = |variables: &[_]| traces(variables).otlp.unwrap().longest_retry_delay;
    assert_eq!(delay(&[COLLECTOR]), Duration::from_secs(300));
    let own = ("GLYPH_OTLP_LONGEST_RETRY_DELAY", "1500");
    assert_eq!(delay(&[COLLECTOR, own]), Duration::from_millis(1500));
}

#[test]
fn proxies_are_read_in_upper_and_lower_case() {
    let proxies = |variables: &[_]| {
        let all = [&[COLLECTOR], variables].concat();
        traces(&all).otlp.unwrap().proxy
    };
    let set = proxies(&[
        ("HTTP_PROXY", "http://p:1"),
        ("http_proxy", "http://lower:1"),
        ("https_proxy", "p:2"),
        ("ALL_PROXY", "socks5h://p:3"),
        ("no_proxy", "localhost, .example.com"),
    ]);
    assert_eq!(set.http.as_deref(), Some("http://p:1"));
    assert_eq!(set.https.as_deref(), Some("p:2"));
    assert_eq!(set.all.as_deref(), Some("socks5h://p:3"));
    assert_eq!(set.none.as_deref(), Some("localhost, .example.com"));
    let cgi = proxies(&[("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://p:1")]);
    assert_eq!(cgi.http, None, "a client of CGI sets it");
    let cgi = proxies(&[
        ("REQUEST_METHOD", "GET"),
        ("HTTP_PROXY", "http://p:1"),
        ("http_proxy", "http://lower:1"),
    ]);
    assert_eq!(cgi.http.as_deref(), Some("http://lower:1"));
}

#[test]
fn unusable_proxy_is_ignored_with_a_warning_that_shows_no_password() {
    let variables = [COLLECTOR, ("HTTPS_PROXY", "ftp://ada:s3cret@proxy")];
    assert_eq!(traces(&variables).otlp.unwrap().proxy.https, None);
    let warnings = warnings(&variables);
    assert_eq!(warnings.len(), 1, "one for all signals: {warnings:?}");
    let text = warnings[0].to_string();
    assert!(
        text.contains("HTTPS_PROXY") && !text.contains("s3cret"),
        "{text}"
    );
}

#[test]
fn unsupported_variables_of_the_specification_warn_by_name() {
    let variables = [
        ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "10"),
        ("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "8"),
        ("OTEL_CONFIG_FILE", ""),
        ("OTEL_POD_IP", "10.0.0.1"),
        ("OTEL_RESOURCE_PROVIDERS_AWS_ENABLED", "true"),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "0"),
    ];
    let texts: Vec<_> = warnings(&variables)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        texts,
        [
            "ignored OTEL_EXPORTER_ZIPKIN_TIMEOUT: glyph does not support it",
            "ignored OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: glyph does not support it",
        ]
    );
    let aliased = environment(&[("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "staging")])
        .alias(
            "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
            Setting::DeploymentEnvironment,
        )
        .read("shop");
    assert_eq!(aliased.unwrap().warnings, []);
}
