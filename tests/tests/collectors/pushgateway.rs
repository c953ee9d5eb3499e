//! A push to a Pushgateway that does not take it ends in time, with the reason.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::{
    Counter, Telemetry,
    expose::pushgateway::{Pushgateway, PushgatewayError},
    metric_catalog,
};
use glyph_tests::environment;

/// Longer than any push takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);

#[metric_catalog(namespace = "pushed_job")]
#[expect(dead_code, reason = "its series is pushed at zero")]
struct Metrics {
    /// Rows that were saved.
    rows: Counter,
}

fn job() -> Telemetry {
    let metrics = Metrics::global();
    environment::telemetry("job")
        .catalog(metrics)
        .build()
        .unwrap()
}

fn reason(error: PushgatewayError) -> String {
    match error {
        PushgatewayError::Undelivered { reason, .. } => reason,
        other => format!("another error: {other}"),
    }
}

/// Responds to one request, and returns its first line.
fn respond(listener: TcpListener, response: &'static str) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut part = [0; 4096];
        while !String::from_utf8_lossy(&request).contains("pushed_job_rows_total 0\n") {
            let read = stream.read(&mut part).unwrap();
            assert!(read > 0, "the request ended early");
            request.extend_from_slice(&part[..read]);
        }
        stream.write_all(response.as_bytes()).unwrap();
        let request = String::from_utf8(request).unwrap();
        request.lines().next().unwrap().to_owned()
    })
}

#[test]
fn push_puts_the_exposition_at_the_path_of_its_group() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let request = respond(
        listener,
        "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
    );
    let gateway = Pushgateway::new(url, "backup").grouping("zone", "eu");
    gateway.push_blocking(&job().exposition(), LONG).unwrap();
    assert_eq!(
        request.join().unwrap(),
        "PUT /metrics/job/backup/zone/eu HTTP/1.1"
    );
}

#[test]
fn rejected_push_has_the_response_with_control_characters_escaped() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let response = "HTTP/1.1 400 Bad Request\r\ncontent-length: 16\r\n\r\ninconsistent\x1b[2J";
    let request = respond(listener, response);
    let error = Pushgateway::new(url, "backup").push_blocking(&job().exposition(), LONG);
    assert_eq!(
        reason(error.unwrap_err()),
        r"HTTP status 400 Bad Request: inconsistent\u{1b}[2J"
    );
    request.join().unwrap();
}

#[test]
fn gateway_that_hangs_or_is_absent_ends_the_push_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let gateway = Pushgateway::new(url, "backup");
    let started = Instant::now();
    let hanging = gateway.push_blocking(&job().exposition(), Duration::from_millis(300));
    assert!(started.elapsed() < LONG);
    assert_eq!(reason(hanging.unwrap_err()), "no response within 300ms");
    drop(listener);
    let error = gateway
        .push_blocking(&job().exposition(), LONG)
        .unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn invalid_settings_are_errors_that_name_them() {
    let exposition = job().exposition();
    let push = |gateway: Pushgateway| {
        gateway
            .push_blocking(&exposition, LONG)
            .unwrap_err()
            .to_string()
    };
    let label = Pushgateway::new("http://127.0.0.1:9", "backup").grouping("a-b", "x");
    assert!(push(label).starts_with("invalid grouping label `a-b`"));
    let credentials = push(Pushgateway::new("http://user:secret@127.0.0.1:9", "backup"));
    assert!(
        credentials.contains("header") && !credentials.contains("secret"),
        "{credentials}"
    );
}
