//! The services in one process, over real sockets: an ordinary run, and a run with each failure.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

use std::{fs, process::Command};

use glyph_example_model::{Message, answer, tokens};
use glyph_examples::{Run, run};
use glyph_tests::environment;
use serde_json::Value;

mod faults;
mod queries;

const PROGRAM: &str = env!("CARGO_BIN_EXE_gospelib");

/// The trace of the browser of `--once`.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn once() -> (Run, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let spans = folder.path().join("spans.jsonl");
    let run = run(
        PROGRAM,
        &["--once", "--trace-file", spans.to_str().unwrap()],
    );
    let spans = fs::read_to_string(spans).unwrap();
    let spans = spans
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (run, spans.collect())
}

/// Fails unless the sum of the series is this.
#[track_caller]
fn assert_sum(run: &Run, name: &str, labels: &[&str], value: f64) {
    let sum = run.sum(name, labels);
    assert!(
        (sum - value).abs() < f64::EPSILON,
        "{name} {labels:?}: {sum} and not {value}"
    );
}

#[test]
fn requests_queries_and_jobs_are_exposed() {
    let (run, _) = once();
    let requests = "gospelib_http_requests_total";
    let ok = [r#"code="2xx""#, r#"status="ok""#];
    assert_sum(
        &run,
        requests,
        &[&ok[..], &[r#"service="gateway""#]].concat(),
        12.0,
    );
    assert_sum(
        &run,
        requests,
        &[&ok[..], &[r#"service="content""#]].concat(),
        6.0,
    );
    assert_sum(&run, requests, &[], 18.0);
    let queries = "gospelib_graph_query_duration_seconds_count";
    assert_sum(
        &run,
        queries,
        &[r#"query="read_passage""#, r#"status="ok""#],
        3.0,
    );
    assert_sum(
        &run,
        queries,
        &[r#"query="neighbours""#, r#"status="ok""#],
        1.0,
    );
    assert_sum(
        &run,
        queries,
        &[r#"query="create_nodes""#, r#"status="ok""#],
        1.0,
    );
    let statements = "gospelib_sql_duration_seconds_count";
    assert_sum(
        &run,
        statements,
        &[r#"operation="SELECT""#, r#"table="verse""#],
        3.0,
    );
    assert_sum(
        &run,
        statements,
        &[r#"operation="INSERT""#, r#"table="job""#],
        1.0,
    );
    for (name, labels, value) in [
        ("gospelib_cache_lookups_total", r#"result="hit""#, 1.0),
        ("gospelib_cache_lookups_total", r#"result="miss""#, 1.0),
        ("gospelib_searches_total", r#"status="ok""#, 1.0),
        ("gospelib_ingest_jobs_total", r#"status="ok""#, 1.0),
        ("gospelib_ai_answers_total", r#"model="small""#, 1.0),
        ("gospelib_ai_answers_total", r#"model="large""#, 1.0),
        ("gospelib_restarts_total", "", 1.0),
        ("gospelib_db_connections", "", 0.0),
        ("gospelib_db_connections_max", "", 10.0),
    ] {
        assert_sum(&run, name, &[labels], value);
    }
}

/// The tokens are those of the questions, and of the answers that the rules give to them.
#[test]
fn tokens_are_those_that_the_model_server_counts() {
    let (run, _) = once();
    for (model, topic) in [("small", "grace"), ("large", "forgiveness")] {
        let question = format!("What is written about {topic}?");
        let answer = answer(&[Message::user(question.as_str())]);
        for (direction, text) in [("prompt", question), ("answer", answer)] {
            let labels = [
                format!("model={model:?}"),
                format!("direction={direction:?}"),
            ];
            let count = u32::try_from(tokens(&text).len()).unwrap();
            let labels = labels.each_ref().map(String::as_str);
            assert_sum(&run, "gospelib_ai_tokens_total", &labels, count.into());
        }
    }
}

/// The numbers that the database and the system have are read from them.
#[test]
fn gauges_have_what_the_file_has() {
    let (run, _) = once();
    // 42 verses in 6 chapters of 3 books.
    assert_sum(&run, "gospelib_graph_nodes", &[], 51.0);
    assert_sum(&run, "gospelib_ingest_nodes_total", &[], 51.0);
    let memory = run.sum("gospelib_graph_memory_bytes", &[]);
    let index = run.sum("gospelib_search_index_bytes", &[]);
    let limit = run.sum("gospelib_graph_memory_limit_bytes", &[]);
    assert!(memory > index && index > 0.0, "{memory} {index}");
    assert!(memory % 1024.0 < 1.0, "whole pages: {memory}");
    assert!((limit - f64::from(64 << 20)).abs() < 1.0, "{limit}");
    let disk = run.sum("gospelib_disk_usage_ratio", &[]);
    assert!(disk > 0.0 && disk <= 1.0, "{disk}");
    let certificate = "gospelib_certificate_lifetime_seconds{";
    assert!(!run.page.contains(certificate), "no certificate is watched");
}

#[test]
fn signals_of_the_browser_are_counted() {
    let (run, _) = once();
    for (kind, count) in [
        ("log", 0.0),
        ("exception", 0.0),
        ("measurement", 1.0),
        ("event", 1.0),
        ("span", 2.0),
    ] {
        let label = format!(r#"kind="{kind}""#);
        assert_sum(&run, "gospelib_browser_signals_total", &[&label], count);
    }
    assert_sum(&run, "gospelib_browser_rejections_total", &[], 0.0);
    let vitals = "gospelib_browser_vitals_seconds";
    for (vital, seconds) in [("lcp", 0.12), ("inp", 0.016), ("ttfb", 0.008)] {
        let label = format!(r#"vital="{vital}""#);
        assert_sum(&run, &format!("{vitals}_sum"), &[&label], seconds);
    }
    assert_sum(&run, "gospelib_browser_layout_shift_sum", &[], 0.01);
    let lines: Vec<_> = run
        .log
        .iter()
        .filter(|line| line["service"] == "gospelib-web")
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| line["session_id"] == "once-session")
    );
}

/// From the browser's spans to the query of the graph.
#[test]
fn browser_trace_reaches_the_graph() {
    let (run, spans) = once();
    let read = run.lines("passage read");
    assert_eq!(read.len(), 3);
    assert!(
        read.iter()
            .all(|line| line["latency_ms"].is_number() && line["service"] == "content")
    );
    let query = spans
        .iter()
        .find(|span| span["name"] == "graph_query" && span["attributes"]["passage"] == "gen.1.1");
    let mut span = query.unwrap();
    for parent in [
        "GET /v1/passages/{passage}",
        "GET /v1/passages/{passage}",
        "GET /passages/{passage}",
        "HTTP GET",
        "visit",
    ] {
        let found = spans
            .iter()
            .find(|other| other["span_id"] == span["parent_span_id"]);
        span = found.unwrap_or_else(|| panic!("no parent {parent} of {span}"));
        assert_eq!(span["name"], parent);
        assert_eq!(span["trace_id"], TRACE);
    }
    assert!(span["parent_span_id"].is_null());
    let job = spans.iter().find(|span| span["name"] == "ingest").unwrap();
    assert_ne!(job["trace_id"], TRACE);
}

#[test]
fn written_rules_and_dashboards_are_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    for check in [None, Some("--check")] {
        let mut command = Command::new(PROGRAM);
        environment::clean(&mut command);
        command.arg("artifacts").arg(folder.path()).args(check);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let rules = fs::read_to_string(folder.path().join("prometheus/rules.yml")).unwrap();
    for alert in [
        "ServiceDown",
        "ErrorRateSpike",
        "HighLatency",
        "RestartLoop",
        "DBConnectionPoolExhausted",
        "DiskUsageHigh",
        "GraphMemoryPressure",
        "CertificateExpiry",
    ] {
        assert!(rules.contains(&format!("alert: {alert}\n")), "{alert}");
    }
}
