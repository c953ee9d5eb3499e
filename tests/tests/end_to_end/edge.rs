//! The path of one request: from a client that another SDK traces, through the pipeline, to an
//! independent collector, the log and `/metrics`.

use std::{collections::BTreeSet, process::Command};

use glyph_tests::otel_python;
use serde_json::Value;

use crate::{
    checkers::openmetrics_families,
    glyphoxa::Glyphoxa,
    http::{self, OPENMETRICS},
    process::spawn,
    rotel::Rotel,
    spans::{Span, named},
};

const SERVER: &str = "HTTP POST /api/v1/npcs/{npc_id}/speak";

/// The trace and span of a log line, an exemplar or an exported item.
type Ids = (String, String);

fn speak(glyphoxa: &Glyphoxa, npc: &str) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/end_to_end/speak.py");
    let mut command = Command::new(otel_python());
    command
        .arg(script)
        .arg(format!(
            "http://{}/api/v1/npcs/{npc}/speak",
            glyphoxa.address
        ))
        .stdout(std::process::Stdio::piped());
    let output = spawn(&mut command).wait_with_output().unwrap();
    assert!(output.status.success(), "the client fails");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Starts a pipeline that exports spans to `rotel`.
fn traced(rotel: &Rotel, protocol: &str, fail_rate: &str) -> Glyphoxa {
    let address = match protocol {
        "grpc" => rotel.grpc,
        _ => rotel.http,
    };
    let endpoint = format!("http://{address}");
    let resource = "deployment.environment.name=rehearsal,team=voice";
    Glyphoxa::logging(
        fail_rate,
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_RESOURCE_ATTRIBUTES", resource),
        ],
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn ids_of_log(lines: &[Value]) -> BTreeSet<Ids> {
    let ids = lines
        .iter()
        .map(|line| (text(&line["trace_id"]), text(&line["span_id"])));
    ids.filter(|(trace, _)| !trace.is_empty()).collect()
}

fn ids_of_exemplars(glyphoxa: &Glyphoxa) -> BTreeSet<Ids> {
    let page = http::page(&format!("http://{}/metrics", glyphoxa.address), OPENMETRICS);
    let families = openmetrics_families(&page);
    let samples = families.values().flat_map(|family| &family.samples);
    let exemplars = samples.filter_map(|sample| sample.exemplar.as_ref());
    exemplars
        .map(|exemplar| (exemplar["trace_id"].clone(), exemplar["span_id"].clone()))
        .collect()
}

fn ids_of_spans(spans: &[Span]) -> BTreeSet<Ids> {
    let ids = spans
        .iter()
        .map(|span| (span.trace.clone(), span.id.clone()));
    ids.collect()
}

fn children<'s>(spans: &'s [Span], parent: &Span) -> Vec<&'s str> {
    let children = spans.iter().filter(|span| span.parent == parent.id);
    let mut names: Vec<_> = children.map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    names
}

fn a_request_is_seen_whole(protocol: &str) {
    let rotel = Rotel::start("traces");
    let glyphoxa = traced(&rotel, protocol, "0");
    // The sage is asked for a spell first: the model calls a tool, then answers.
    let answer = speak(&glyphoxa, "sage_03");
    assert_eq!(answer["status"], 200, "{answer:#}");
    let trace = text(&answer["trace_id"]);
    assert_eq!(answer["headers"]["x-correlation-id"], *trace, "{answer:#}");

    let of_request = |line: &Value| line["trace_id"] == *trace;
    let log = glyphoxa.log(|line| line["target"] == "http.request" && of_request(line));
    let exemplars = ids_of_exemplars(&glyphoxa);
    let mut told = ids_of_log(&log);
    told.extend(exemplars.clone());
    let received = rotel.spans_until(|spans| told.is_subset(&ids_of_spans(spans)));

    let spans: Vec<_> = received
        .iter()
        .filter(|span| span.trace == trace)
        .cloned()
        .collect();
    let server = named(&spans, SERVER);
    assert_eq!(server.parent, text(&answer["span_id"]), "the client's span");
    assert_eq!(server.kind, "SPAN_KIND_SERVER");
    assert_eq!(server.status, "STATUS_CODE_UNSET");
    assert_eq!(server.attributes["http.response.status_code"], "Int(200)");
    assert_eq!(
        server.attributes["http.route"],
        "Str(/api/v1/npcs/{npc_id}/speak)"
    );
    assert_eq!(children(&spans, server), ["s2s"]);
    let turn = named(&spans, "s2s");
    assert_eq!(children(&spans, turn), ["llm", "llm", "stt", "tool", "tts"]);
    assert_eq!(turn.events, ["utterance answered"]);
    assert_eq!(named(&spans, "stt").attributes["provider"], "Str(embedded)");

    let resource = &server.resource;
    assert_eq!(resource["service.name"], "Str(glyphoxa)");
    assert_eq!(
        resource["service.version"],
        format!("Str({})", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(resource["deployment.environment.name"], "Str(rehearsal)");
    assert_eq!(resource["team"], "Str(voice)");
    assert_eq!(resource["process.executable.name"], "Str(glyphoxa)");
    assert!(resource.contains_key("host.name") && resource.contains_key("process.pid"));

    let lines: Vec<_> = log.iter().filter(|line| of_request(line)).collect();
    let said: Vec<_> = lines.iter().map(|line| text(&line["msg"])).collect();
    assert_eq!(said, ["utterance answered", "request completed"]);
    for line in lines {
        assert_eq!(
            line["request_id"], answer["headers"]["x-request-id"],
            "{line}"
        );
    }
    let exemplar = (trace.clone(), server.id.clone());
    assert!(
        exemplars.contains(&exemplar),
        "no {exemplar:?} in {exemplars:?}"
    );
}

#[test]
#[ignore = "needs rotel, and Python with opentelemetry-sdk and with prometheus-client; .ci/run installs them"]
fn request_is_complete_in_all_signals_over_grpc() {
    a_request_is_seen_whole("grpc");
}

#[test]
#[ignore = "needs rotel, and Python with opentelemetry-sdk and with prometheus-client; .ci/run installs them"]
fn request_is_complete_in_all_signals_over_http() {
    a_request_is_seen_whole("http/protobuf");
}

#[test]
#[ignore = "needs rotel, and Python with opentelemetry-sdk; .ci/run installs them"]
fn failure_is_in_the_span_where_it_happened() {
    let rotel = Rotel::start("traces");
    let glyphoxa = traced(&rotel, "grpc", "1");
    let answer = speak(&glyphoxa, "guard_02");
    assert_eq!(answer["status"], 502, "{answer:#}");

    let trace = text(&answer["trace_id"]);
    let is_server = |span: &Span| span.trace == trace && span.name == SERVER;
    let spans = rotel.spans_until(|spans| spans.iter().any(is_server));
    let spans: Vec<_> = spans
        .into_iter()
        .filter(|span| span.trace == trace)
        .collect();
    let (server, turn, stt) = (
        named(&spans, SERVER),
        named(&spans, "s2s"),
        named(&spans, "stt"),
    );
    for span in [server, turn, stt] {
        assert_eq!(span.status, "STATUS_CODE_ERROR", "{span:#?}");
    }
    assert_eq!((&stt.parent, &turn.parent), (&turn.id, &server.id));
    assert_eq!(server.attributes["error.type"], "Str(502)");
    assert_eq!(stt.events, ["provider failed"]);

    let failed = |line: &Value| line["msg"] == "provider failed" && line["trace_id"] == *trace;
    let log = glyphoxa.log(failed);
    let line = log.last().unwrap();
    assert_eq!(line["span_id"], *stt.id, "{line}");
    assert_eq!(line["provider"], "embedded", "{line}");
}
