//! The services with a gateway.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{fs, process::Command};

use glyph_tests::environment;
use serde_json::Value;

mod queries;

use glyph_examples::{Run, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gospelib");

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

#[test]
fn requests_queries_and_jobs_are_exposed() {
    let (run, _) = once();
    for (name, labels, value) in [
        (
            "gospelib_http_requests_total",
            vec![r#"service="gateway""#, r#"code="2xx""#, r#"status="ok""#],
            4.0,
        ),
        (
            "gospelib_http_requests_total",
            vec![r#"service="gateway""#, r#"code="4xx""#, r#"status="ok""#],
            1.0,
        ),
        (
            "gospelib_http_requests_total",
            vec![r#"service="gateway""#, r#"code="5xx""#, r#"status="error""#],
            2.0,
        ),
        (
            "gospelib_http_requests_total",
            vec![r#"service="content""#, r#"code="2xx""#, r#"status="ok""#],
            3.0,
        ),
        (
            "gospelib_http_requests_total",
            vec![r#"service="content""#, r#"code="4xx""#, r#"status="ok""#],
            1.0,
        ),
        (
            "gospelib_http_requests_total",
            vec![r#"service="content""#, r#"code="5xx""#, r#"status="error""#],
            1.0,
        ),
        (
            "gospelib_http_requests_total",
            vec![r#"status="cancelled""#],
            0.0,
        ),
        (
            "gospelib_http_request_duration_seconds_count",
            vec![r#"service="content""#],
            5.0,
        ),
        (
            "gospelib_graph_query_duration_seconds_count",
            vec![r#"query="read_passage""#, r#"status="error""#],
            1.0,
        ),
        (
            "gospelib_graph_query_duration_seconds_count",
            vec![r#"query="read_passage""#, r#"status="timeout""#],
            1.0,
        ),
        ("gospelib_ingest_jobs_total", vec![r#"status="ok""#], 1.0),
        ("gospelib_ingest_nodes_total", vec![], 31_102.0),
        (
            "gospelib_ai_tokens_total",
            vec![r#"model="small""#, r#"direction="prompt""#],
            24.0,
        ),
        (
            "gospelib_ai_tokens_total",
            vec![r#"direction="answer""#],
            48.0,
        ),
        (
            "gospelib_ai_answers_total",
            vec![r#"model="small""#, r#"status="ok""#],
            1.0,
        ),
        ("gospelib_db_connections", vec![], 0.0),
        ("gospelib_db_connections_max", vec![], 10.0),
        (
            "gospelib_disk_usage_ratio",
            vec![r#"host="content-0""#],
            0.42,
        ),
        (
            "gospelib_certificate_lifetime_seconds",
            vec![r#"host="gateway-0""#],
            5_184_000.0,
        ),
        (
            "http_client_requests_total",
            vec![r#"server_address="content""#],
            5.0,
        ),
        (
            "http_client_errors_total",
            vec![r#"error_type="cancelled""#],
            0.0,
        ),
    ] {
        let sum = run.sum(name, &labels);
        assert!(
            (sum - value).abs() < f64::EPSILON,
            "{name} {labels:?}: {sum}"
        );
    }
}

#[test]
fn browser_trace_reaches_the_graph() {
    let (run, spans) = once();
    let read = run.lines("passage read");
    assert_eq!(read.len(), 3);
    assert!(
        read.iter()
            .all(|line| line["latency_ms"].is_number() && line["service"] == "content")
    );
    let query = spans.iter().find(|span| {
        span["span_id"] != ""
            && span["name"] == "graph_query"
            && span["attributes"]["passage"] == "gen.1.1"
    });
    let mut span = query.unwrap();
    for parent in [
        "GET /v1/passages/{passage}",
        "GET",
        "GET /passages/{passage}",
    ] {
        let found = spans
            .iter()
            .find(|other| other["span_id"] == span["parent_span_id"]);
        span = found.unwrap();
        assert_eq!(span["name"], parent);
    }
    assert_eq!(span["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span["parent_span_id"], "b7ad6b7169203331");
    let job = spans.iter().find(|span| span["name"] == "ingest").unwrap();
    assert_ne!(job["trace_id"], span["trace_id"]);
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
