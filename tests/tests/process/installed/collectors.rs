//! Signals that reach a collector.

use crate::installed::{Service, receiver::Receiver};

/// Returns whether spans, metrics and log records arrive.
fn arrived(collector: &Receiver) -> [bool; 3] {
    [
        !collector.spans().is_empty(),
        !collector.metrics().is_empty(),
        !collector.records().is_empty(),
    ]
}

fn sends(variables: &[(&str, &str)], arguments: &[&str]) -> [bool; 3] {
    let collector = Receiver::start([]);
    let endpoint = collector.endpoint();
    let own = format!("{endpoint}/v1/metrics");
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| match *value {
            "the collector" => (*name, endpoint.as_str()),
            "its metrics" => (*name, own.as_str()),
            other => (*name, other),
        })
        .collect();
    let mut service = Service::start(&variables, arguments);
    service.turn();
    service.ask("flush");
    service.end();
    arrived(&collector)
}

const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "the collector");

#[test]
fn general_endpoint_receives_only_spans() {
    assert_eq!(sends(&[ENDPOINT], &[]), [true, false, false]);
}

#[test]
fn signal_endpoint_receives_that_signal() {
    let own = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "its metrics");
    assert_eq!(sends(&[own], &[]), [false, true, false]);
    let refused = ("OTEL_METRICS_EXPORTER", "prometheus");
    assert_eq!(sends(&[own, refused], &[]), [false, false, false]);
}

#[test]
fn program_can_enable_signals_without_variables() {
    assert_eq!(sends(&[ENDPOINT], &["--push"]), [true, true, true]);
}

#[test]
fn spans_can_be_off_while_other_signals_are_exported() {
    let variables = [
        ENDPOINT,
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
    ];
    assert_eq!(sends(&variables, &[]), [false, true, true]);
}

#[test]
fn disabled_sdk_exports_nothing() {
    let variables = [
        ENDPOINT,
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
    ];
    assert_eq!(sends(&variables, &["--push"]), [false, false, false]);
    let mut service = Service::start(&variables[1..], &[]);
    service.turn();
    let page = service.page();
    let ok = [("status", "ok")];
    assert_eq!(page.value("installed_turns_total", &ok), Some(1.0));
    assert!(service.end().contains("taken"));
}
