//! Spans of work, their attributes, the audit trail and the file of spans.

use serde_json::Value;

use super::{Checked, all, plain};
use crate::{rows::Row, system::System};

/// Returns the spans of a name.
fn named<'s>(system: &'s System, name: &str) -> Vec<&'s Value> {
    let spans = system.spans.iter();
    spans.filter(|span| span["name"] == name).collect()
}

/// Holds what is said of spans in general, without one pattern.
pub(super) fn spans(row: &Row, system: &System) -> Checked {
    if row.has("never") {
        return without_ids(row, system);
    }
    match row.text("topic")? {
        "areas" => {
            let areas = |area: &str| match area {
                "plugin lifecycle" => ["plugin.supervisor.task", "plugin.runner.exec"],
                "RPC handlers" => ["plugin_bus.EventStream", "replay.load_flows"],
                "network activity" => ["netgate.http_request", "netgate.rate_limit_wait"],
                _ => ["", ""],
            };
            let has = |area: &str| {
                areas(area)
                    .iter()
                    .all(|name| !named(system, name).is_empty())
            };
            Some(all(row.texts("values"), "the spans of a run", has))
        }
        "netgate request" => {
            let spans = named(system, "netgate.http_request");
            let kind = row.text("span_kind")?;
            Some(
                if !spans.is_empty() && spans.iter().all(|span| span["kind"] == kind) {
                    Ok("span `netgate.http_request`".to_owned())
                } else {
                    Err(format!("its kind is not {kind}"))
                },
            )
        }
        "(chosen by the application)" => {
            if row.text("made_by") != Some("application") {
                return Some(Err("the application makes them".to_owned()));
            }
            let names = ["session", "s2s", "stt", "llm", "tts"];
            Some(all(names, "the spans of a run", |name| {
                !named(system, name).is_empty()
            }))
        }
        _ => None,
    }
}

/// Holds that no name of a span has an id in it.
fn without_ids(row: &Row, system: &System) -> Checked {
    let has_id = |name: &str| {
        let words = name.split(|at: char| !(at.is_ascii_hexdigit() || at == '-'));
        words.into_iter().any(|word| word.len() == 36)
    };
    let names: Vec<_> = system
        .spans
        .iter()
        .filter_map(|span| span["name"].as_str())
        .collect();
    // The path with the id is asked for, so that the name could have it.
    let paths = system.responses();
    let is_asked = paths.iter().any(|response| has_id(response.path));
    let is_known = row.text("never") == Some("raw path with UUIDs");
    Some(match names.iter().find(|name| has_id(name)) {
        Some(name) => Err(format!("a span is named {name}")),
        None if is_asked && is_known => Ok("the names of all spans of a run".to_owned()),
        None => Err("no request has an id in its path".to_owned()),
    })
}

/// Holds what spans of a name have, by what a document calls it.
pub(super) fn attribute(row: &Row, system: &System) -> Checked {
    let (topic, name) = (row.text("topic")?, row.text("span")?);
    let spans = named(system, name);
    let attribute = match topic {
        "latency" => {
            let takes = |span: &&Value| {
                span["duration_nanos"]
                    .as_u64()
                    .is_some_and(|nanos| nanos > 0)
            };
            let all = !spans.is_empty() && spans.iter().all(takes);
            return Some(if all {
                Ok("the duration of the span".to_owned())
            } else {
                Err(format!("no span {name} has a duration"))
            });
        }
        "response code" => "status",
        "capabilities" => "capabilities",
        "rate-limiter waits" => "rate_limit.wait",
        "wait duration" => "wait.duration",
        "scope" => "wait.scope",
        _ => return None,
    };
    let values: Vec<_> = spans
        .iter()
        .map(|span| &span["attributes"][attribute])
        .collect();
    if values.is_empty() || values.iter().any(|value| value.is_null()) {
        return Some(Err(format!("not every span {name} has `{attribute}`")));
    }
    let allowed = row.texts("allowed");
    if allowed.is_empty() {
        return Some(Ok(format!("`{attribute}`")));
    }
    let texts: Vec<_> = values.iter().filter_map(|value| value.as_str()).collect();
    let is_found = |value: &str| texts.iter().any(|text| plain(text) == plain(value));
    Some(all(allowed, &format!("`{attribute}`"), is_found))
}

/// Holds that audit events of requests have the id of a trace that is kept.
pub(super) fn audit(row: &Row, system: &System) -> Checked {
    let field = row.text("field")?;
    let requests = system
        .audit
        .iter()
        .filter(|line| line["action"] == "http_request");
    let requests: Vec<_> = requests.collect();
    let is_kept = |line: &&Value| {
        let id = &line[field];
        !id.is_null() && system.spans.iter().any(|span| span[field] == *id)
    };
    Some(if !requests.is_empty() && requests.iter().all(is_kept) {
        Ok("the lines of the audit trail".to_owned())
    } else {
        Err(format!(
            "{} lines, and not each with `{field}`",
            requests.len()
        ))
    })
}

/// Holds the form of the file of spans.
pub(super) fn file(row: &Row, system: &System) -> Checked {
    if row.text("topic")? != "trace file" {
        return None;
    }
    let lines = system.spans.len();
    let is_span = |line: &Value| line["span_id"].is_string() && line["trace_id"].is_string();
    let is_so = lines > 0 && system.spans.iter().all(is_span);
    let is_asked = row.text("format") == Some("JSONL") && row.text("one") == Some("span a line");
    Some(if is_so && is_asked {
        Ok("the lines of `--trace-file`".to_owned())
    } else {
        Err("its lines are no spans".to_owned())
    })
}
