//! The proxy and its authentication service.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::fs;

use serde_json::Value;

use glyph_examples::{Run, run_with};

/// Runs with every trace sampled and each span in a file.
fn once() -> (Run, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let spans = folder.path().join("spans.jsonl");
    let arguments = ["--once", "--trace-file", spans.to_str().unwrap()];
    let variables = [("OTEL_SAMPLE_RATIO", "1"), ("IBEX_ENV", "staging")];
    let run = run_with(env!("CARGO_BIN_EXE_ibex"), &arguments, &variables);
    let spans = fs::read_to_string(spans).unwrap();
    let spans = spans
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (run, spans.collect())
}

#[test]
fn requests_are_counted_by_route() {
    let (run, _) = once();
    let completions = r#"route="/v1/chat/completions""#;
    for (name, labels, value) in [
        (
            "ibex_proxy_requests_total",
            vec![completions, r#"status_code="200""#],
            4.0,
        ),
        (
            "ibex_proxy_requests_total",
            vec![completions, r#"status_code="401""#],
            1.0,
        ),
        (
            "ibex_proxy_requests_total",
            vec![completions, r#"status_code="429""#],
            1.0,
        ),
        (
            "ibex_proxy_requests_total",
            vec![completions, r#"status_code="503""#],
            1.0,
        ),
        (
            "ibex_proxy_requests_total",
            vec![r#"route="/v1/organizations/{org_id}/usage""#],
            2.0,
        ),
        ("ibex_proxy_request_duration_seconds_count", vec![], 9.0),
        ("ibex_proxy_rate_limited_total", vec![completions], 1.0),
        ("ibex_auth_grpc_requests_total", vec![r#"code="OK""#], 7.0),
        (
            "ibex_auth_grpc_requests_total",
            vec![r#"code="UNAUTHENTICATED""#],
            2.0,
        ),
        (
            "ibex_auth_grpc_calls_total",
            vec![r#"peer="auth""#, r#"code="UNAVAILABLE""#],
            1.0,
        ),
        (
            "ibex_auth_validate_token_duration_seconds_count",
            vec![],
            9.0,
        ),
        (
            "ibex_db_query_duration_seconds_count",
            vec![r#"status="timeout""#],
            1.0,
        ),
        ("ibex_process_up", vec![], 1.0),
    ] {
        let sum = run.sum(name, &labels);
        assert!(
            (sum - value).abs() < f64::EPSILON,
            "{name} {labels:?}: {sum}"
        );
    }
    assert!(
        !run.page.contains("0192f0c1"),
        "a customer's id is on the page"
    );
    assert!(!run.page.contains("demo-"), "a request's id is on the page");
}

#[test]
fn every_log_line_has_request_id_and_trace_id() {
    let (run, _) = once();
    assert_eq!(run.lines("migration applied").len(), 1);
    let of_requests = |line: &&Value| line["message"] != "migration applied";
    for line in run.log.iter().filter(of_requests) {
        let request = line["request_id"].as_str().unwrap_or_default();
        assert!(request.starts_with("demo-"), "{line}");
        assert_eq!(line["trace_id"].as_str().map(str::len), Some(32), "{line}");
    }
    let limited = run.lines("rate limited");
    assert_eq!(limited[0]["request_id"], "demo-9");
    assert_eq!(limited[0]["org_id"], "0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10");
}

#[test]
fn trace_covers_both_services() {
    let (run, spans) = once();
    let failed = run.lines("auth service unreachable");
    let of_trace = spans
        .iter()
        .filter(|span| span["trace_id"] == failed[0]["trace_id"]);
    let spans: Vec<_> = of_trace.collect();
    let mut parent = String::new();
    for (name, kind) in [
        ("POST /v1/chat/completions", "server"),
        ("ibex.auth.v1.AuthService/ValidateToken", "client"),
        ("ibex.auth.v1.AuthService/ValidateToken", "server"),
        ("validate_token", "internal"),
        ("query", "client"),
    ] {
        let span = spans.iter().find(|span| {
            span["name"] == name
                && span["kind"]
                    .as_str()
                    .is_some_and(|k| k.eq_ignore_ascii_case(kind))
        });
        let span = span.unwrap_or_else(|| unreachable!("no {kind} {name} in {spans:#?}"));
        assert_eq!(
            span["parent_span_id"].as_str().unwrap_or_default(),
            parent,
            "{span}"
        );
        parent = span["span_id"].as_str().unwrap_or_default().to_owned();
    }
}
