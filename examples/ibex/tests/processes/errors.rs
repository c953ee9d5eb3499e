//! Errors that go to Sentry: here to a sink that speaks its protocol.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use glyph_tests::{children::Process, environment, wait, written::parsed};
use serde_json::Value;

use crate::service::{PROGRAM, Service};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A server that takes in the envelopes of project 7.
struct Sink {
    address: String,
    envelopes: Arc<Mutex<Vec<Value>>>,
}

impl Sink {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{KEY}@{}/7", listener.local_addr().unwrap());
        let envelopes = Arc::<Mutex<Vec<Value>>>::default();
        let received = Arc::clone(&envelopes);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let received = Arc::clone(&received);
                thread::spawn(move || take(&client, &received));
            }
        });
        Self { address, envelopes }
    }

    /// Waits for the event with this message and tag.
    fn event(&self, message: &str, tag: (&str, &str)) -> Value {
        let mut found = None;
        wait::until(&format!("the event {message:?} with {tag:?}"), || {
            let envelopes = self.envelopes.lock().unwrap();
            found = envelopes
                .iter()
                .find(|event| event["message"] == message && event["tags"][tag.0] == tag.1)
                .cloned();
            found.is_some()
        });
        found.unwrap()
    }
}

/// Reads requests until the client closes the connection, and keeps the events of their envelopes.
fn take(mut client: &TcpStream, events: &Mutex<Vec<Value>>) -> Option<()> {
    let mut reader = BufReader::new(client);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let head = head.to_ascii_lowercase();
        assert!(head.starts_with("post /api/7/envelope/ "), "{head}");
        assert!(head.contains(&format!("sentry_key={KEY}")), "{head}");
        let mut lengths = head
            .lines()
            .filter_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; lengths.next()?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        // A head of the envelope, then a head and a content for each item.
        let lines = parsed(&String::from_utf8(body).ok()?);
        let mut events = events.lock().ok()?;
        events.extend(lines.into_iter().filter(|line| line["tags"].is_object()));
        drop(events);
        client
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            .ok()?;
    }
}

/// The names of the threads of a process.
fn threads(service: &Service) -> Vec<String> {
    let tasks = format!("/proc/{}/task", service.process.id());
    let tasks = std::fs::read_dir(tasks).unwrap().flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.map(|name| name.trim().to_owned()).collect()
}

#[test]
fn errors_of_both_services_have_the_ids_of_the_request() {
    let sink = Sink::start();
    let reports = [
        ("SENTRY_DSN", sink.address.as_str()),
        ("GLYPH_REDACTED_FIELDS", "error"),
    ];
    let auth = Service::auth_with(&["--fault", "database"], &reports);
    let proxy = auth.proxy_with(&[], &reports);
    assert!(
        threads(&proxy)
            .iter()
            .any(|name| name.starts_with("sentry"))
    );

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
        let event = sink.event(message, ("service", service));
        // Errors are what Sentry takes an event without a level for.
        assert!(event["level"].is_null(), "{event}");
        assert_eq!(event["tags"]["request_id"], *request, "{event}");
        let fields = &event["contexts"]["Rust Tracing Fields"];
        assert!(fields["error"].is_null(), "redacted: {event}");
        assert_eq!(event["tags"]["trace_id"], *trace, "{event}");
        assert_eq!(event["contexts"]["trace"]["trace_id"], *trace, "{event}");
        assert!(event["release"].as_str().unwrap().starts_with("ibex@"));
    }

    let lines = [auth.stop(), proxy.stop()].concat();
    let written = lines.iter().filter(|line| line["level"] == "ERROR");
    let written: Vec<&Value> = written.filter(|line| line["trace_id"] == *trace).collect();
    assert!(written.iter().all(|line| line["request_id"] == *request));
    let sent = sink.envelopes.lock().unwrap();
    let sent = sent
        .iter()
        .filter(|event| event["tags"]["trace_id"] == *trace);
    assert!(written.len() >= 2, "{written:?}");
    assert_eq!(sent.count(), written.len(), "{written:?}");
}

#[test]
fn no_client_runs_without_an_address() {
    let none: [(&str, &str); 0] = [];
    for variables in [none.as_slice(), &[("SENTRY_DSN", "")]] {
        let auth = Service::auth_with(&["--fault", "database"], variables);
        let threads = threads(&auth);
        assert!(
            !threads.iter().any(|name| name.starts_with("sentry")),
            "{threads:?}"
        );
        auth.stop();
    }
}

#[test]
fn invalid_address_is_rejected() {
    let mut command = Command::new(PROGRAM);
    environment::clean(&mut command)
        .args(["auth", "--listen", "127.0.0.1:0"])
        .env("SENTRY_DSN", "sentry.example");
    let ended = Process::start(&mut command).end("a service with an invalid address");
    assert!(!ended.status.success());
    assert!(
        ended.errors.contains("invalid SENTRY_DSN"),
        "{}",
        ended.errors
    );
}
