//! The log line about the first failed attempt of an export.

use std::time::Instant;

use glyph_tests::{
    receiver::{Answer, Peer, nobody},
    wait::LONG,
};
use serde_json::Value;

use crate::installed::{Service, lines, receiver::Receiver};

const TARGET: &str = "glyph::export";

/// Returns the lines about failed attempts of a service that makes spans for a moment.
fn failures(endpoint: &str, protocol: &str) -> Vec<Value> {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "500"),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "500"),
    ];
    let mut service = Service::start(&variables, &[]);
    for _ in 0..3 {
        service.turn();
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    // The shutdown reports what was not delivered.
    service.ask("end");
    let lines = lines(&service.0.end("the service").errors);
    let about = |line: &Value| {
        line["target"] == TARGET
            && line["message"]
                .as_str()
                .is_some_and(|text| text.contains("attempt"))
    };
    lines.into_iter().filter(about).collect()
}

fn text<'l>(line: &'l Value, name: &str) -> &'l str {
    let fields = [&line[name], &line["fields"][name]];
    fields
        .into_iter()
        .find_map(Value::as_str)
        .unwrap_or_default()
}

#[test]
fn first_failed_attempt_is_logged_once_with_url_cause_and_remedy() {
    let started = Instant::now();
    let endpoint = format!("{}/otlp?key=s3cret", nobody());
    let [line] = &failures(&endpoint, "http/protobuf")[..] else {
        panic!("not one line")
    };
    assert!(started.elapsed() < LONG / 2);
    assert_eq!(line["level"], "WARN");
    assert_eq!(
        text(line, "url"),
        endpoint.replace("/otlp?key=s3cret", "/otlp/v1/traces?…")
    );
    assert!(text(line, "error").contains("refused"), "{line}");
    assert!(
        text(line, "advice").contains("start the collector"),
        "{line}"
    );
    assert!(!line.to_string().contains("s3cret"));
}

#[test]
fn remedy_is_that_of_the_cause() {
    let not_found = Receiver::always(Answer::Status(404));
    let redirect = Receiver::always(Answer::Redirect);
    let unauthorized = Receiver::always(Answer::Status(401));
    let http_alone = Peer::responds(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let grpc_alone = Peer::responds(b"\0\0\0\x04\0\0\0\0\0");
    let collector = Receiver::start([]);
    let plaintext = collector.endpoint().replace("http", "https");
    let cases = [
        (not_found.endpoint(), "http/protobuf", "/v1/traces"),
        (
            redirect.endpoint(),
            "http/protobuf",
            "redirects are not followed",
        ),
        (redirect.endpoint(), "grpc", "redirects are not followed"),
        (
            unauthorized.endpoint(),
            "grpc",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ),
        (http_alone.endpoint(), "grpc", "http/protobuf"),
        (grpc_alone.endpoint(), "http/protobuf", "to grpc"),
        (plaintext.clone(), "http/protobuf", "http://"),
        (plaintext, "grpc", "http://"),
    ];
    glyph_tests::cases::in_parallel(cases, |(endpoint, protocol, remedy)| {
        let lines = failures(&endpoint, protocol);
        let first = lines.first().unwrap_or_else(|| panic!("no line"));
        assert!(text(first, "advice").contains(remedy), "{first}");
    });
}
