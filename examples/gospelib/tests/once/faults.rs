//! Each failure on purpose moves its counters by the number of times it happened, and no other counter
//! of errors.

use std::fs;

use glyph_examples::{Run, run};

use super::{PROGRAM, assert_sum};

/// The series that count errors: their names, and what their labels contain.
const ERRORS: [(&str, &str); 13] = [
    ("gospelib_http_requests_total", r#"code="4xx""#),
    ("gospelib_http_requests_total", r#"code="5xx""#),
    (
        "gospelib_graph_query_duration_seconds_count",
        r#"status="error""#,
    ),
    (
        "gospelib_graph_query_duration_seconds_count",
        r#"status="timeout""#,
    ),
    ("gospelib_db_connection_timeouts_total", ""),
    ("gospelib_searches_total", r#"status="error""#),
    ("gospelib_searches_total", r#"status="timeout""#),
    ("gospelib_ingest_jobs_total", r#"status="error""#),
    ("gospelib_ai_answers_total", r#"status="error""#),
    ("gospelib_browser_rejections_total", ""),
    ("http_client_errors_total", r#"error_type="status""#),
    ("http_client_errors_total", r#"error_type="transport""#),
    ("http_client_errors_total", r#"error_type="timeout""#),
];

/// Fails unless these counters of errors have these values, and all others are 0.
#[track_caller]
fn assert_errors(run: &Run, expected: &[((&str, &str), f64)]) {
    for series in ERRORS {
        let found = expected.iter().find(|(named, _)| *named == series);
        let value = found.map_or(0.0, |(_, value)| *value);
        assert_sum(run, series.0, &[series.1], value);
    }
    assert!(expected.iter().all(|(series, _)| ERRORS.contains(series)));
    // Of SQL, no series has an error.
    let statements = run.page.lines();
    let failed = |line: &&str| {
        line.starts_with("gospelib_sql_duration_seconds_count{")
            && !line.contains(r#"error_type="""#)
    };
    assert_eq!(statements.filter(failed).count(), 0);
}

fn with(fault: &str) -> Run {
    run(PROGRAM, &["--once", "--fault", fault])
}

const SERVER: (&str, &str) = ("gospelib_http_requests_total", r#"code="5xx""#);
const CALLS: (&str, &str) = ("http_client_errors_total", r#"error_type="status""#);

#[test]
fn ordinary_run_has_no_errors() {
    let run = run(PROGRAM, &["--once"]);
    assert_errors(&run, &[]);
    let levels = run.log.iter().map(|line| line["level"].as_str());
    assert!(
        levels.flatten().all(|level| level == "info"),
        "{:?}",
        run.log
    );
}

/// Three passages are asked for. Each fails in the content service, and so in the gateway.
#[test]
fn slow_graph_is_a_timeout_of_queries() {
    let run = with("graph-slow");
    let queries = (
        "gospelib_graph_query_duration_seconds_count",
        r#"status="timeout""#,
    );
    assert_errors(&run, &[(queries, 3.0), (SERVER, 6.0), (CALLS, 3.0)]);
    assert_eq!(run.lines("passage not read").len(), 3);
}

/// Three passages, two lookups of neighbours and a search wait for a connection.
#[test]
fn exhausted_pool_is_a_timeout_of_its_own() {
    let run = with("pool-exhausted");
    let pool = ("gospelib_db_connection_timeouts_total", "");
    assert_errors(&run, &[(pool, 6.0), (SERVER, 12.0), (CALLS, 6.0)]);
    assert_sum(&run, "gospelib_db_connections", &[], 10.0);
    assert_sum(&run, "gospelib_db_connections_max", &[], 10.0);
}

#[test]
fn closed_content_service_is_an_error_of_transport() {
    let run = with("content-down");
    let calls = ("http_client_errors_total", r#"error_type="transport""#);
    assert_errors(&run, &[(calls, 6.0), (SERVER, 6.0)]);
    assert_eq!(run.lines("content service unreachable").len(), 6);
}

#[test]
fn model_without_an_answer_is_an_error_of_the_model() {
    let answers = ("gospelib_ai_answers_total", r#"status="error""#);
    let run = with("model-error");
    assert_errors(&run, &[(answers, 2.0), (SERVER, 2.0), (CALLS, 2.0)]);
    assert_eq!(run.lines("model not read").len(), 2);
}

/// Without a text, passages are not found, which is an error for a client.
#[test]
fn broken_text_fails_the_job_and_leaves_the_graph_empty() {
    let run = with("text-broken");
    let jobs = ("gospelib_ingest_jobs_total", r#"status="error""#);
    let not_found = ("gospelib_http_requests_total", r#"code="4xx""#);
    assert_errors(&run, &[(jobs, 1.0), (not_found, 6.0), (CALLS, 3.0)]);
    assert_sum(&run, "gospelib_graph_nodes", &[], 0.0);
    let lines = run.lines("text not ingested");
    let error = lines[0]["error"].as_str().unwrap();
    assert!(error.contains("line 43 of the text"), "{error}");
}

#[test]
fn full_graph_fails_the_job_and_is_at_its_limit() {
    let run = with("graph-full");
    let jobs = ("gospelib_ingest_jobs_total", r#"status="error""#);
    let queries = (
        "gospelib_graph_query_duration_seconds_count",
        r#"status="error""#,
    );
    let not_found = ("gospelib_http_requests_total", r#"code="4xx""#);
    let errors = [(jobs, 1.0), (queries, 1.0), (not_found, 6.0), (CALLS, 3.0)];
    assert_errors(&run, &errors);
    let memory = run.sum("gospelib_graph_memory_bytes", &[]);
    let limit = run.sum("gospelib_graph_memory_limit_bytes", &[]);
    assert!(memory / limit > 0.8, "the alert fires: {memory} of {limit}");
}

/// The certificates are made here, so their ends are known.
#[test]
fn end_of_a_certificate_is_read_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let lifetime = |year| {
        let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let file = folder.path().join(format!("{year}.pem"));
        fs::write(&file, parameters.self_signed(&key).unwrap().pem()).unwrap();
        let run = run(
            PROGRAM,
            &["--once", "--certificate", file.to_str().unwrap()],
        );
        let label = format!(r#"{year}.pem""#);
        run.sum("gospelib_certificate_lifetime_seconds", &[&label])
    };
    let (ended, lasting) = (lifetime(2020), lifetime(2040));
    assert!(ended < 0.0, "{ended}");
    let years = f64::from(2040 - 2020) * 365.25 * 86_400.0;
    assert!(
        (lasting - ended - years).abs() < 2.0 * 86_400.0,
        "{lasting} {ended}"
    );
}
