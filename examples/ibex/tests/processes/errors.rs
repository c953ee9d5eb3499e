//! Errors that go to Sentry: here to a sink that speaks its protocol.

use std::process::Command;

use glyph_tests::{
    children::Process,
    environment,
    sentry::{ADDRESS, Sink, is_client},
};
use serde_json::Value;

use crate::service::{PROGRAM, Service};

#[test]
fn errors_of_both_services_have_the_ids_of_the_request() {
    let sink = Sink::start();
    let reports = [
        (ADDRESS, sink.address.as_str()),
        ("GLYPH_REDACTED_FIELDS", "error"),
        ("IBEX_ENV", "test-7"),
    ];
    let auth = Service::auth_with(&["--fault", "database"], &reports);
    let proxy = auth.proxy_with(&[], &reports);
    assert!(is_client(proxy.process.id()));

    let answer = proxy.complete("token-acme");
    assert_eq!(answer.status, 503);
    let id = |name: &str| {
        let lines = answer.text.lines();
        let mut values = lines.filter_map(|line| {
            let (header, value) = line.split_once(": ")?;
            header.eq_ignore_ascii_case(name).then_some(value)
        });
        values.next().unwrap().to_owned()
    };
    let (request, trace) = (id("x-request-id"), id("x-trace-id"));
    for (service, message) in [
        ("auth", "DB failure"),
        ("proxy", "auth service unreachable"),
    ] {
        let event = sink.event(service, message);
        // Errors are what Sentry takes an event without a level for.
        assert!(event["level"].is_null(), "{event}");
        assert_eq!(event["tags"]["request_id"], *request, "{event}");
        let fields = &event["contexts"]["Rust Tracing Fields"];
        assert!(fields["error"].is_null(), "redacted: {event}");
        assert_eq!(event["tags"]["trace_id"], *trace, "{event}");
        assert_eq!(event["contexts"]["trace"]["trace_id"], *trace, "{event}");
        assert_eq!(event["environment"], "test-7", "{event}");
        assert!(event["release"].as_str().unwrap().starts_with("ibex@"));
    }

    let lines = [auth.stop(), proxy.stop()].concat();
    let written = lines.iter().filter(|line| line["level"] == "ERROR");
    let written: Vec<&Value> = written.filter(|line| line["trace_id"] == *trace).collect();
    assert!(written.iter().all(|line| line["request_id"] == *request));
    let sent = sink.events().into_iter();
    let sent = sent.filter(|event| event["tags"]["trace_id"] == *trace);
    assert!(written.len() >= 2, "{written:?}");
    assert_eq!(sent.count(), written.len(), "{written:?}");
}

#[test]
fn no_client_runs_without_an_address() {
    let none: [(&str, &str); 0] = [];
    for variables in [none.as_slice(), &[(ADDRESS, "")]] {
        let auth = Service::auth_with(&["--fault", "database"], variables);
        assert!(!is_client(auth.process.id()), "{variables:?}");
        auth.stop();
    }
}

#[test]
fn invalid_address_is_rejected() {
    let mut command = Command::new(PROGRAM);
    environment::clean(&mut command)
        .args(["auth", "--listen", "127.0.0.1:0"])
        .env(ADDRESS, "sentry.example");
    let ended = Process::start(&mut command).end("a service with an invalid address");
    assert!(!ended.status.success());
    assert!(
        ended.errors.contains("invalid SENTRY_DSN"),
        "{}",
        ended.errors
    );
}
