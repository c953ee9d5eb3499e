//! Recent lines of the log, with filters and as they are written.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    time::Instant,
};

use glyph_runtime::{
    Telemetry,
    log::{Format, Output},
};
use glyph_tests::wait::{LONG, until};
use serde_json::{Value, json};
use tracing::dispatcher::with_default;

use crate::{
    client::{Response, get, post, send},
    program::{pay, program_with_log, subscriber, traced},
};

/// An output that a test reads.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn shop(format: Format) -> (Telemetry, SocketAddr) {
    shop_with_token(format, None)
}

fn shop_with_token(format: Format, token: Option<&str>) -> (Telemetry, SocketAddr) {
    program_with_log(|program| {
        let program = program.log(move |log| {
            log.output = Output::Writer(Box::new(Written::default()));
            log.format = format;
            "info".clone_into(&mut log.filter);
        });
        match token {
            Some(token) => program.admin_token(token),
            None => program,
        }
    })
}

fn logs(address: SocketAddr, query: &str) -> Value {
    get(address, &format!("/api/v1/logs{query}")).json()
}

/// Waits until the log has this many lines, and returns them.
fn lines(address: SocketAddr, query: &str, count: usize) -> Vec<Value> {
    until(&format!("{count} lines of {query}"), || {
        logs(address, query)["lines"].as_array().unwrap().len() == count
    });
    logs(address, query)["lines"].as_array().unwrap().clone()
}

fn messages(lines: &[Value]) -> Vec<&str> {
    let messages = lines.iter();
    messages
        .map(|line| line["message"].as_str().unwrap())
        .collect()
}

fn work() {
    tracing::info_span!("checkout", order = 7).in_scope(|| {
        tracing::info!(items = 3, shop = "Ünder <b>", "checked \"out\"");
        let _failed = pay("");
    });
    tracing::warn!(target: "store", "nearly full");
    tracing::debug!("not written");
}

#[test]
fn lines_have_their_fields_in_both_formats() {
    for format in [Format::Json, Format::Pretty] {
        let (telemetry, address) = shop(format);
        traced(&telemetry, work);
        let all = lines(address, "", 3);
        let levels: Vec<_> = all.iter().map(|line| &line["level"]).collect();
        assert_eq!(levels, ["INFO", "ERROR", "WARN"], "{format:?}");
        let [checked, failed, full] = all.as_slice() else {
            unreachable!("three lines")
        };
        assert_eq!(checked["message"], "checked \"out\"");
        let fields = json!({"items": 3, "shop": "Ünder <b>", "order": 7});
        assert_eq!(checked["fields"], fields, "{format:?}");
        assert_eq!(
            failed["fields"]["order"], "",
            "the inner span has precedence"
        );
        assert_eq!(full["target"], "store");
        assert_eq!(full["trace_id"], Value::Null);
        let numbers: Vec<_> = all.iter().map(|line| &line["number"]).collect();
        assert_eq!(numbers, [0, 1, 2]);
    }
}

#[test]
fn lines_are_filtered_by_level_text_trace_and_number() {
    let (telemetry, address) = shop(Format::Json);
    traced(&telemetry, work);
    let all = lines(address, "", 3);
    assert_eq!(
        messages(&lines(address, "?level=error", 1)),
        messages(&all[1..2])
    );
    assert_eq!(
        messages(&lines(address, "?level=warn", 2)),
        messages(&all[1..])
    );
    assert_eq!(
        messages(&lines(address, "?text=%C3%BCNDER", 1)),
        messages(&all[..1])
    );
    assert_eq!(messages(&lines(address, "?text=STORE", 1)), ["nearly full"]);
    assert_eq!(lines(address, "?text=not%20written", 0), [] as [Value; 0]);
    let id = telemetry.recent_traces()[0].id.clone();
    let of_trace = lines(address, &format!("?trace_id={id}"), 2);
    assert_eq!(messages(&of_trace), messages(&all[..2]));
    assert!(of_trace.iter().all(|line| line["trace_id"] == *id));
    assert_eq!(messages(&lines(address, "?limit=1", 1)), ["nearly full"]);
    assert_eq!(
        messages(&lines(address, "?after=0&limit=1", 1)),
        messages(&all[1..2])
    );
    assert_eq!(logs(address, "?after=0&limit=1")["last"], 1);
    assert_eq!(lines(address, "?after=2", 0), [] as [Value; 0]);
    let wrong = get(address, "/api/v1/logs?level=loud");
    assert_eq!(
        (wrong.status, wrong.body.contains("use `error`")),
        (400, true)
    );
}

#[test]
fn lines_stay_in_their_part_of_the_memory() {
    let (telemetry, address) = program_with_log(|program| {
        program.console_memory(1 << 20).log(|log| {
            log.output = Output::Writer(Box::new(Written::default()));
        })
    });
    traced(&telemetry, || {
        for order in 0..10_000 {
            tracing::info!(order, "ordered");
        }
    });
    telemetry.flush_blocking(LONG).unwrap();
    let list = logs(address, "?limit=1");
    let bytes = list["bytes"].as_u64().unwrap();
    assert!(0 < bytes && bytes <= (1 << 20) / 8, "{bytes}");
    assert_eq!(list["lines"][0]["fields"]["order"], 9999);
}

#[test]
fn program_without_a_log_keeps_no_lines() {
    let (_telemetry, address) = crate::program::program(|program| program);
    let list = logs(address, "");
    assert_eq!(
        (&list["kept"], &list["last"]),
        (&json!(false), &Value::Null)
    );
}

/// Returns the next event of a stream, which has comments too.
fn event(stream: &mut BufReader<TcpStream>) -> Value {
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < LONG, "waited {LONG:?} for an event");
        let mut line = String::new();
        assert_ne!(
            stream.read_line(&mut line).unwrap(),
            0,
            "the stream has ended"
        );
        if let Some(data) = line.strip_prefix("data: ") {
            return serde_json::from_str(data).unwrap();
        }
    }
}

#[test]
fn tail_has_the_lines_so_far_and_then_each_further_one() {
    let (telemetry, address) = shop(Format::Json);
    let subscriber = subscriber(&telemetry);
    with_default(&subscriber, work);
    lines(address, "", 3);
    let host = [("host", "localhost")];
    let stream = send(address, "GET", "/api/v1/logs/live?level=warn", &host);
    let mut stream = BufReader::new(stream);
    let first = event(&mut stream);
    assert_eq!(first["lines"].as_array().unwrap().len(), 2, "{first}");
    with_default(&subscriber, || {
        tracing::info!("not severe");
        tracing::warn!("further");
    });
    let further = event(&mut stream);
    assert_eq!(messages(further["lines"].as_array().unwrap()), ["further"]);
    let report = telemetry.shutdown_blocking(LONG);
    assert!(report.is_complete(), "{report}");
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "the stream was cut: {rest:?}");
}

const CHANGE: &str = "/api/v1/logs/filter";
const LOCAL: (&str, &str) = ("host", "localhost");
const JSON: (&str, &str) = ("content-type", "application/json");

fn change(address: SocketAddr, headers: &[(&str, &str)]) -> Response {
    post(address, CHANGE, headers, r#"{"filter":"debug"}"#)
}

#[test]
fn filter_is_changed_while_the_program_runs() {
    let (telemetry, address) = shop(Format::Json);
    let subscriber = subscriber(&telemetry);
    let work = || with_default(&subscriber, || tracing::debug!("further details"));
    work();
    let response = change(address, &[LOCAL, JSON, ("origin", "http://localhost")]);
    assert_eq!(
        response.json(),
        json!({"filter": "debug", "before": "info"})
    );
    assert_eq!(telemetry.log_filter().as_deref(), Some("debug"));
    // `tracing` asks the subscriber of the thread that changes the filter, which a program has installed
    // for all threads.
    with_default(&subscriber, tracing::callsite::rebuild_interest_cache);
    work();
    let all = lines(address, "", 1);
    assert_eq!(messages(&all), ["further details"]);
    assert_eq!(logs(address, "")["filter"], "debug");
}

#[test]
fn wrong_changes_are_rejected_and_change_nothing() {
    let (telemetry, address) = shop(Format::Json);
    let status = |headers: &[(&str, &str)], body: &str| post(address, CHANGE, headers, body).status;
    let long = "x".repeat(5000);
    for (expected, body) in [
        (400, ""),
        (400, "debug"),
        (400, r#"{"filter":""}"#),
        (400, r#"{"filter":"shop=loud"}"#),
        (400, r#"{"filter":"debug","more":1}"#),
        (413, &long),
    ] {
        assert_eq!(status(&[LOCAL, JSON], body), expected, "{body}");
    }
    assert_eq!(change(address, &[LOCAL]).status, 415);
    assert_eq!(
        change(address, &[LOCAL, ("content-type", "text/plain")]).status,
        415
    );
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let response = change(address, &[LOCAL, JSON, (name, value)]);
        assert_eq!(response.status, 403, "{name}: {value}");
    }
    assert_eq!(
        change(address, &[("host", "evil.example"), JSON]).status,
        403
    );
    assert_eq!(get(address, CHANGE).status, 405);
    assert_eq!(telemetry.log_filter().as_deref(), Some("info"));
}

#[test]
fn change_needs_the_token_if_there_is_one() {
    let token = "0123456789abcdef";
    let (telemetry, address) = shop_with_token(Format::Json, Some(token));
    assert_eq!(change(address, &[LOCAL, JSON]).status, 401);
    assert_eq!(telemetry.log_filter().as_deref(), Some("info"));
    let bearer = format!("Bearer {token}");
    let response = change(address, &[LOCAL, JSON, ("authorization", &bearer)]);
    assert_eq!(response.status, 200, "{response:?}");
}
