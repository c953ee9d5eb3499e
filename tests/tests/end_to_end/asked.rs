//! What the last failed request of a running program did: asked over MCP and with the command `glyph`.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Output},
    sync::LazyLock,
};

use glyph_tests::environment;
use serde_json::{Value, json};

use crate::{
    api::{array, text},
    glyphoxa::{Glyphoxa, build},
    http,
    process::eventually,
    rotel::Rotel,
    spans::Span,
};

/// The command.
static GLYPH: LazyLock<PathBuf> = LazyLock::new(|| build("glyph"));

const INSTANCE: &str = "service.instance.id";

/// Starts a pipeline of which three in ten calls fail.
fn failing(instance: &str, collector: SocketAddr) -> Glyphoxa {
    let endpoint = format!("http://{collector}");
    let resource = format!("{INSTANCE}={instance}");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_RESOURCE_ATTRIBUTES", &resource),
    ];
    Glyphoxa::logging("0.3", &variables)
}

/// Calls a tool as an assistant does.
fn ask(console: SocketAddr, tool: &str, arguments: &Value) -> Value {
    let params = json!({"name": tool, "arguments": arguments});
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let request = http::agent().post(format!("http://{console}/mcp"));
    let request = request.header("content-type", "application/json");
    let mut response = request.send(message.to_string()).unwrap();
    let body = response.body_mut().read_to_string().unwrap();
    serde_json::from_str(&body).unwrap()
}

fn glyph(console: SocketAddr, arguments: &[&str]) -> Output {
    let mut command = Command::new(&*GLYPH);
    environment::clean(&mut command)
        .args(arguments)
        .env("GLYPH_CONSOLE_URL", format!("http://{console}"));
    command.output().unwrap()
}

fn printed(console: SocketAddr, arguments: &[&str]) -> String {
    let output = glyph(console, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The last failed request of a program, once the log has the line of its failure.
struct Failure {
    program: Value,
    found: Value,
}

impl Failure {
    fn of(console: SocketAddr) -> Self {
        eventually("a request has failed", || {
            let response = ask(console, "last_failures", &json!({}));
            let answer = &response["result"]["structuredContent"];
            let failure = Self {
                program: answer["program"].clone(),
                found: answer["failures"][0].clone(),
            };
            let is_written = failure.lines().iter().any(|line| {
                line["span_id"] == failure.failed()["span_id"] && line["level"] == "WARN"
            });
            if is_written {
                Ok(failure)
            } else {
                Err(response.to_string())
            }
        })
    }

    fn failed(&self) -> &Value {
        &self.found["failed"]
    }

    fn lines(&self) -> &[Value] {
        array(&self.found["lines"]["lines"])
    }

    fn trace_id(&self) -> &str {
        text(&self.found["trace"]["trace_id"])
    }

    /// The ids of spans in the answer.
    fn span_ids(&self) -> Vec<&str> {
        let lines = self.lines().iter().map(|line| text(&line["span_id"]));
        lines.chain([text(&self.failed()["span_id"])]).collect()
    }

    /// It names a stage of the pipeline, the error, the labels of the stage, and its lines.
    fn is_complete(&self) {
        let failed = self.failed();
        let stage = text(&failed["name"]);
        assert!(
            ["stt", "llm", "tts", "tool", "s2s"].contains(&stage),
            "{failed:#}"
        );
        assert!(text(&failed["error"]).contains("glyphoxa::"), "{failed:#}");
        if ["stt", "llm", "tts"].contains(&stage) {
            assert_eq!(failed["attributes"]["kind"], stage, "{failed:#}");
            assert!(failed["attributes"]["provider"].is_string(), "{failed:#}");
        }
        for line in self.lines() {
            assert_eq!(line["trace_id"], self.trace_id(), "{line:#}");
        }
    }

    /// The command finds the same.
    fn is_what_the_command_prints(&self, console: SocketAddr) {
        let id = self.trace_id();
        let json = printed(console, &["trace", id, "--json"]);
        let printed_json: Value = serde_json::from_str(&json).unwrap();
        let failed = self.failed();
        let spans = array(&printed_json["trace"]["tree"]);
        let span = spans
            .iter()
            .find(|span| span["span_id"] == failed["span_id"])
            .unwrap();
        for field in ["name", "error", "attributes", "events"] {
            assert_eq!(span[field], failed[field], "{field}");
        }
        let lines = array(&printed_json["lines"]);
        assert!(
            self.lines().iter().all(|line| lines.contains(line)),
            "{json}"
        );
        let shown = printed(console, &["trace", id]);
        let mut parts = vec![text(&failed["name"]), text(&failed["error"])];
        parts.extend(self.lines().iter().map(|line| text(&line["message"])));
        for part in parts {
            assert!(shown.contains(part), "{part} is missing: {shown}");
        }
        let list = printed(
            console,
            &["traces", "--failed", "--last", "5m", "--limit", "500"],
        );
        assert!(list.contains(id), "{list}");
    }

    /// The collector received the span of the failure, from this program.
    fn is_what_was_received(&self, spans: &[Span]) {
        let failed = self.failed();
        let span = spans.iter().find(|span| span.id == failed["span_id"]);
        let span = span.unwrap();
        assert_eq!(span.trace, self.trace_id());
        assert_eq!(span.name, failed["name"]);
        assert_eq!(span.parent, text(&failed["parent_span_id"]));
        assert_eq!(span.status, "STATUS_CODE_ERROR", "{span:?}");
        let error = format!("Str({})", text(&failed["error"]));
        assert_eq!(span.attributes["error.type"], error, "{span:?}");
        let instance = format!("Str({})", text(&self.program["instance"]));
        assert_eq!(span.resource[INSTANCE], instance);
        for (name, value) in failed["attributes"].as_object().unwrap() {
            let value = match value {
                Value::String(value) => format!("Str({value})"),
                other => format!("Int({other})"),
            };
            assert_eq!(span.attributes[name], value, "{name}");
        }
        for id in self.span_ids() {
            let span = spans.iter().find(|span| span.id == id).unwrap();
            assert_eq!(span.trace, self.trace_id(), "{id}");
        }
    }
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn last_failure_of_each_program_has_the_ids_that_the_collector_received() {
    // It is built before the programs use the processor.
    LazyLock::force(&GLYPH);
    let rotel = Rotel::start("traces");
    let instances = ["first", "second"];
    let programs = instances.map(|instance| failing(instance, rotel.http));
    let failures = programs.each_ref().map(|program| {
        let failure = Failure::of(program.console);
        failure.is_complete();
        failure.is_what_the_command_prints(program.console);
        failure
    });
    let wanted: Vec<&str> = failures.iter().flat_map(Failure::span_ids).collect();
    let spans = rotel.spans_until(|spans| {
        let has = |id: &&str| spans.iter().any(|span| span.id == *id);
        wanted.iter().all(has)
    });
    for failure in &failures {
        failure.is_what_was_received(&spans);
    }
    // Each program tells who it is, and knows its own requests alone.
    let [first, second] = &failures;
    for ((program, instance), (own, other)) in
        { programs.iter().zip(instances) }.zip([(first, second), (second, first)])
    {
        assert_eq!(own.program["service"], "glyphoxa");
        assert_eq!(own.program["instance"], instance);
        let stages = printed(program.console, &["stages"]);
        let head = stages.lines().next().unwrap_or_default();
        assert!(
            stages.starts_with("glyphoxa ") && head.contains(&format!(" {instance}, checks:")),
            "{stages}"
        );
        let unknown = glyph(program.console, &["trace", other.trace_id()]);
        assert!(!unknown.status.success());
        let answer = ask(
            program.console,
            "trace",
            &json!({"trace_id": other.trace_id()}),
        );
        let error = text(&answer["error"]["message"]);
        assert!(error.contains("not among the recent ones"), "{answer}");
    }
}
