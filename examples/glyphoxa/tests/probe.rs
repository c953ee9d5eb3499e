//! The line of a probe, as the document of the voice pipeline shows it.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use glyph_examples::{found, streams};
use glyph_tests::{children::Process, environment, logql, wait, written::parsed};
use serde_json::Value;

/// The caller's trace, which it does not sample.
const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// Asks a running pipeline, and returns its log once it has ended.
fn log_of_a_pipeline_that_is_asked(path: &str, sampler: &str) -> Vec<Value> {
    const SIGINT: u32 = 2;
    let mut command = Command::new(env!("CARGO_BIN_EXE_glyphoxa"));
    environment::clean_with_console(&mut command)
        .args(["--listen", "127.0.0.1:0", "--speed", "10"])
        .args(["--speech", "embedded"])
        .env("OTEL_TRACES_SAMPLER", sampler);
    let mut process = Process::start(&mut command);
    let line = process.line("the address");
    let address = line.strip_prefix("listening on http://").unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(wait::LONG)).unwrap();
    write!(
        client,
        "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\ntraceparent: {UNSAMPLED}\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    process.handles(&[SIGINT]);
    let mut kill = Command::new("kill");
    kill.args(["-s", "INT", &process.id().to_string()]);
    assert!(kill.status().unwrap().success());
    parsed(&process.end("glyphoxa").errors)
}

#[test]
fn line_of_a_probe_has_the_fields_of_the_voice_pipelines_document() {
    for sampler in ["always_on", "always_off", "parentbased_always_on"] {
        assert_line(&log_of_a_pipeline_that_is_asked("/readyz", sampler));
    }
}

fn assert_line(log: &[Value]) {
    let lines = streams(log, |_| vec![("service", "glyphoxa".to_owned())]);
    let probes = found(logql::GLYPHOXA, &lines);
    assert_eq!(probes.len(), 1, "{log:?}");
    let line = &probes[0];
    assert_eq!(line["trace_id"], UNSAMPLED[3..35]);
    assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
    let duration = line["duration"].as_str().unwrap();
    let number = duration.trim_end_matches(|letter: char| letter.is_alphabetic());
    assert!(
        number.parse::<f64>().is_ok_and(|number| number > 0.0),
        "{duration}"
    );
    let unit = duration.strip_prefix(number).unwrap();
    assert!(["ns", "µs", "ms", "s"].contains(&unit), "{duration}");
    // Each value is there once, under one name.
    let text = line.to_string();
    for value in ["\"GET\"", ":200", "\"/readyz\""] {
        let known = if value == "\"/readyz\"" { 2 } else { 1 };
        assert_eq!(text.matches(value).count(), known, "{value} in {text}");
    }
}
