//! Queries of the systems' documents, over the lines that the systems write.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use glyph_tests::{
    children::Process,
    environment,
    logql::{self, Line},
    wait,
    written::parsed,
};
use serde_json::Value;

use crate::run::run;

/// Returns lines as a collection agent sends them, with these labels.
fn streams(lines: &[Value], labels: impl Fn(&Value) -> Vec<(&'static str, String)>) -> Vec<Line> {
    let lines = lines.iter().map(|line| {
        let labels = labels(line).into_iter();
        Line {
            labels: labels
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            text: line.to_string(),
        }
    });
    lines.collect()
}

fn found(query: &str, lines: &[Line]) -> Vec<Value> {
    let lines = logql::find(query, lines);
    lines
        .iter()
        .map(|line| serde_json::from_str(&line.text).unwrap())
        .collect()
}

#[test]
fn queries_of_the_shared_stack_find_what_they_name() {
    let run = run(env!("CARGO_BIN_EXE_gospelib"), &["--once"]);
    let lines = streams(&run.log, |line| {
        let service = line["service"].as_str().unwrap_or("gospelib");
        vec![
            ("service", service.to_owned()),
            ("env", "development".to_owned()),
        ]
    });
    let [errors, slow, passage, all] = logql::GOSPELIB.map(|query| found(query, &lines));

    let paths = |lines: &[Value]| -> Vec<String> {
        let paths = lines
            .iter()
            .map(|line| line["path"].as_str().unwrap().to_owned());
        paths.collect()
    };
    assert_eq!(paths(&errors), ["/passages/stuck.1.1", "/ask/nothing"]);
    for line in &errors {
        assert_eq!(
            (&line["level"], &line["target"]),
            (&"error".into(), &"http.request".into())
        );
        assert!(line["status"].as_u64().unwrap() >= 500, "{line}");
    }
    assert_eq!(paths(&slow), ["/v1/passages/stuck.1.1"; 2]);
    let texts: Vec<_> = slow
        .iter()
        .map(|line| line["message"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["passage not read", "request completed"]);
    assert_eq!(slow[0]["error"], "the graph does not respond");
    assert_eq!(slow[0]["error_type"], "Timeout");
    assert_eq!(paths(&passage), ["/v1/passages/gen.1.1"; 2]);
    assert_eq!(all.len(), run.log.len());
}

/// Asks a running pipeline, and returns its log once it has ended.
#[cfg(target_os = "linux")]
fn log_of_a_pipeline_that_is_asked(path: &str) -> Vec<Value> {
    const SIGINT: u32 = 2;
    let mut command = Command::new(env!("CARGO_BIN_EXE_glyphoxa"));
    environment::clean(&mut command).args(["--listen", "127.0.0.1:0", "--speed", "10"]);
    let mut process = Process::start(&mut command);
    let line = process.line("the address");
    let address = line.strip_prefix("listening on http://").unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(wait::LONG)).unwrap();
    write!(
        client,
        "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
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

#[cfg(target_os = "linux")]
#[test]
fn line_of_a_probe_has_the_fields_of_the_voice_pipelines_document() {
    let log = log_of_a_pipeline_that_is_asked("/readyz");
    let lines = streams(&log, |_| vec![("service", "glyphoxa".to_owned())]);
    let probes = found(logql::GLYPHOXA, &lines);
    assert_eq!(probes.len(), 1, "{log:?}");
    let line = &probes[0];
    assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
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
