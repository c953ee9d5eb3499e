//! An ordinary run: work moves, nothing fails, and one trace follows a flow into a plugin's request.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod errors;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use glyph_examples::{Run, run};
use serde_json::Value;

struct Captured {
    run: Run,
    spans: Vec<Value>,
    audit: Vec<Value>,
    flows: Vec<Value>,
    cases: Vec<Value>,
    /// The file of spans, as Chrome's viewer reads it.
    chrome: Value,
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

fn once() -> Captured {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["trace", "audit", "flows", "cases"].map(|kind| {
        let path = folder.path().join(kind);
        (format!("--{kind}-file"), path.to_str().unwrap().to_owned())
    });
    let files = paths
        .iter()
        .flat_map(|(flag, path)| [flag.as_str(), path.as_str()]);
    let arguments: Vec<_> = ["--once"].into_iter().chain(files).collect();
    let run = run(env!("CARGO_BIN_EXE_xgen"), &arguments);
    let [spans, audit, flows, cases] = paths.each_ref().map(|(_, path)| lines(Path::new(path)));
    let mut convert = Command::new(env!("CARGO_BIN_EXE_xgen"));
    let converted = convert.args(["chrome", &paths[0].1]).output().unwrap();
    Captured {
        run,
        spans,
        audit,
        flows,
        cases,
        chrome: serde_json::from_slice(&converted.stdout).unwrap(),
    }
}

fn traces<'v>(values: impl IntoIterator<Item = &'v Value>) -> BTreeSet<&'v str> {
    let traces = values.into_iter().map(|value| value["trace_id"].as_str());
    traces.flatten().collect()
}

fn named<'v>(spans: &'v [Value], name: &str) -> Vec<&'v Value> {
    spans.iter().filter(|span| span["name"] == name).collect()
}

#[test]
fn work_moves_and_nothing_fails() {
    let run = once().run;
    for (name, labels, value) in [
        (
            "glyph_http_requests_total",
            r#"via="proxy",class="2xx""#,
            12.0,
        ),
        (
            "glyph_http_requests_total",
            r#"via="netgate",class="2xx""#,
            8.0,
        ),
        (
            "glyph_http_request_duration_seconds_count",
            r#"via="proxy""#,
            12.0,
        ),
        (
            "glyph_flow_dispatch_seconds_count",
            r#"variant="raw""#,
            24.0,
        ),
        (
            "glyph_flow_dispatch_seconds_count",
            r#"variant="sanitized""#,
            24.0,
        ),
        (
            "glyph_plugin_event_duration_seconds_count",
            r#"plugin="links""#,
            8.0,
        ),
        ("glyph_plugin_findings_total", r#"plugin="headers""#, 12.0),
        ("glyph_plugin_findings_total", r#"plugin="secrets""#, 4.0),
        ("glyph_plugin_queue_length", "", 0.0),
        ("glyph_plugin_queue_capacity", r#"plugin="headers""#, 32.0),
        (
            "glyph_rpc_duration_seconds_count",
            r#"method="event_stream",status="ok""#,
            3.0,
        ),
        (
            "glyph_rpc_duration_seconds_count",
            r#"method="load_flows",status="ok""#,
            1.0,
        ),
    ] {
        let sum = run.sum(name, &[labels]);
        assert!((sum - value).abs() < 0.5, "{name} {labels}: {sum}");
    }
    assert_eq!(errors::of(&run), BTreeMap::new());
}

#[test]
fn flow_is_one_trace_from_the_capture_to_a_plugins_request() {
    let Captured { spans, chrome, .. } = once();
    let names = |start: &Value| {
        let mut names = Vec::new();
        let mut next = Some(start);
        while let Some(span) = next {
            names.push(span["name"].as_str().unwrap().to_owned());
            next = spans
                .iter()
                .find(|other| other["span_id"] == span["parent_span_id"]);
        }
        names.join(" < ")
    };
    let requests = named(&spans, "netgate.http_request");
    let trees: BTreeSet<_> = requests.iter().map(|request| names(request)).collect();
    let tree = "netgate.http_request < plugin_bus.handle_event < plugin.runner.exec < \
                plugin.supervisor.task < plugin_bus.dispatch_event < plugin_bus.dispatch_flow";
    // Replayed flows were not captured in this run.
    let expected = [tree.to_owned(), format!("{tree} < proxy.capture_flow")];
    assert_eq!(trees, BTreeSet::from(expected));
    for name in [
        "plugin_bus.EventStream",
        "replay.load_flows",
        "replay.write_flows",
        "replay.write_cases",
    ] {
        assert!(!named(&spans, name).is_empty(), "{name}");
    }
    let events = chrome["traceEvents"].as_array().unwrap();
    let shown = events.iter().filter(|event| event["ph"] == "X").count();
    assert_eq!(shown, spans.len());
}

#[test]
fn audit_lines_exemplars_and_spans_share_ids() {
    let Captured {
        run, spans, audit, ..
    } = once();
    let requests = audit.iter().filter(|line| line["action"] == "http_request");
    let requests: Vec<_> = requests.collect();
    assert_eq!((audit.len(), requests.len()), (12, 8), "{audit:?}");
    let spans = traces(&spans);
    assert_eq!(traces(requests.iter().copied()).len(), 8);
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

#[test]
fn files_have_what_was_captured_and_found() {
    let Captured { flows, cases, .. } = once();
    let ids: Vec<_> = flows.iter().map(|flow| flow["id"].as_u64()).collect();
    assert_eq!(
        ids.iter().copied().collect::<BTreeSet<_>>(),
        (1..=12).map(Some).collect()
    );
    for flow in &flows {
        let (url, page) = (flow["url"].as_str().unwrap(), &flow["response"]);
        let number = url.split("/page/").nth(1).unwrap();
        let number = number.split('?').next().unwrap();
        let body = page["body"].as_str().unwrap();
        assert!(body.starts_with(&format!("<p>Page {number}.")), "{flow}");
        assert_eq!(page["bytes"].as_u64(), Some(body.len() as u64));
    }
    assert_eq!(cases.len(), 16);
    let of_secrets = cases.iter().filter(|case| case["plugin"] == "secrets");
    let texts: BTreeSet<_> = of_secrets.map(|case| case["text"].as_str()).collect();
    assert_eq!(
        texts,
        BTreeSet::from([Some("the address has a secret in `token`")])
    );
}

#[test]
fn there_are_no_spans_without_a_destination() {
    let run = run(env!("CARGO_BIN_EXE_xgen"), &["--once"]);
    assert!(run.sum("glyph_trace_spans_started_total", &[]) < 0.5);
    assert!(!run.page.contains("trace_id="));
}
