//! The plugin bus.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use glyph_examples::{Run, run};

struct Replayed {
    run: Run,
    spans: Vec<Value>,
    audit: Vec<Value>,
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

fn once() -> Replayed {
    let folder = tempfile::tempdir().unwrap();
    let spans = folder.path().join("spans.jsonl");
    let audit = folder.path().join("audit.jsonl");
    let files = [spans.to_str().unwrap(), audit.to_str().unwrap()];
    let arguments = ["--once", "--trace-file", files[0], "--audit-file", files[1]];
    Replayed {
        run: run(env!("CARGO_BIN_EXE_xgen"), &arguments),
        spans: lines(&spans),
        audit: lines(&audit),
    }
}

fn traces<'v>(values: impl IntoIterator<Item = &'v Value>) -> BTreeSet<&'v str> {
    let traces = values.into_iter().map(|value| value["trace_id"].as_str());
    traces.flatten().collect()
}

#[test]
fn flows_are_exposed() {
    let run = once().run;
    for (name, labels, value) in [
        ("glyph_flow_dispatch_seconds_count", vec![], 12.0),
        (
            "glyph_rpc_duration_seconds_count",
            vec![r#"method="event_stream""#, r#"status="ok""#],
            3.0,
        ),
        (
            "glyph_rpc_duration_seconds_count",
            vec![r#"method="load_flows""#],
            1.0,
        ),
        (
            "glyph_plugin_event_duration_seconds_count",
            vec![r#"plugin="secrets""#],
            12.0,
        ),
        ("glyph_http_request_duration_seconds_count", vec![], 36.0),
        ("glyph_http_requests_total", vec![r#"class="2xx""#], 24.0),
        ("glyph_http_requests_total", vec![r#"class="4xx""#], 12.0),
        ("glyph_plugin_queue_length", vec![], 0.0),
        (
            "glyph_plugin_queue_capacity",
            vec![r#"plugin="headers""#],
            8.0,
        ),
    ] {
        let sum = run.sum(name, &labels);
        assert!(
            (sum - value).abs() < f64::EPSILON,
            "{name} {labels:?}: {sum}"
        );
    }
    assert!(run.sum("glyph_http_throttle_total", &[r#"scope="per_host""#]) > 0.0);
    assert_eq!(run.lines("plugin failed").len(), 12);
}

#[test]
fn flow_through_the_queues_is_one_trace() {
    let Replayed { spans, .. } = once();
    let wait = spans
        .iter()
        .find(|span| span["name"] == "netgate.rate_limit_wait");
    let wait = wait.unwrap();
    assert!(
        wait["attributes"]["wait.duration"]
            .as_f64()
            .is_some_and(|wait| wait > 0.0),
        "{wait}"
    );
    let mut span = wait;
    for parent in [
        "netgate.http_request",
        "plugin.runner.exec",
        "plugin.supervisor.task",
        "plugin_bus.dispatch_event",
        "plugin_bus.dispatch_flow",
        "proxy.capture_flow",
    ] {
        let found = spans
            .iter()
            .find(|other| other["span_id"] == span["parent_span_id"]);
        span = found.unwrap();
        assert_eq!(span["name"], parent);
        assert_eq!(span["trace_id"], wait["trace_id"]);
    }
    for name in [
        "plugin_bus.EventStream",
        "replay.load_flows",
        "replay.write_cases",
    ] {
        assert!(spans.iter().any(|span| span["name"] == name), "{name}");
    }
}

#[test]
fn audit_lines_exemplars_and_spans_share_ids() {
    let Replayed { run, spans, audit } = once();
    assert_eq!(audit.len(), 37, "the start and each request");
    let spans = traces(&spans);
    assert_eq!(traces(&audit).len(), 12, "a trace for each flow");
    assert!(traces(&audit).is_subset(&spans));
    let exemplars: BTreeSet<_> = run
        .page
        .split(r#"trace_id=""#)
        .skip(1)
        .filter_map(|rest| rest.get(..32))
        .collect();
    assert!(
        !exemplars.is_empty() && exemplars.is_subset(&spans),
        "{exemplars:?}"
    );
    assert!(run.log.iter().all(|line| line["target"] != "audit"));
}
