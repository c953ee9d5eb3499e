//! Queries of lines, and what the documents tell their readers.

use std::{collections::BTreeMap, fs};

use glyph_tests::logql::{self, Line};

use super::{Checked, all, alloy::AGENT, identity, plain};
use crate::{
    rows::Row,
    system::{self, System},
};

/// Asks the lines of a run, as the agent labels their streams.
pub(super) fn query(row: &Row, system: &System) -> Checked {
    let expression = row.text("expr")?;
    let lines = system.log.iter().map(|line| {
        let service = line["service"].as_str().unwrap_or(system.program);
        let labels = [
            ("service", service),
            ("service_name", service),
            ("env", "development"),
        ];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Line {
            labels: BTreeMap::from(labels),
            text: line.to_string(),
        }
    });
    let lines: Vec<_> = lines.collect();
    let found = logql::find(expression, &lines).len();
    let is_part = found > 0 && (found < lines.len() || !expression.contains("|="));
    Some(if is_part {
        Ok("it finds lines of a run".to_owned())
    } else {
        Err(format!("it finds {found} of {} lines", lines.len()))
    })
}

/// Holds by what the store of traces finds them: the collector has it of each trace.
pub(super) fn search(row: &Row, system: &System) -> Checked {
    let has = |name: &str| match name {
        "service name" => identity::attribute(system, "service.name").is_some(),
        "trace ID" => system.spans.iter().all(|span| span["trace_id"].is_string()),
        "duration" => system
            .spans
            .iter()
            .all(|span| span["duration_nanos"].is_u64()),
        _ => false,
    };
    let is_stored = AGENT.writer("otelcol.receiver.otlp", "tempo").is_some();
    is_stored.then(|| all(row.texts("by"), "the spans of a run", has))
}

/// Holds the order in which a reader looks at latencies.
pub(super) fn reading(row: &Row) -> Checked {
    if row.text("of")? != "latencies" {
        return None;
    }
    let place = "deploy/README.md";
    let text = fs::read_to_string(system::file(place)).unwrap();
    let (_, list) = text.split_once("## Which latency to look at first\n")?;
    let list = list.split("\n## ").next()?;
    let rows = list.lines().filter_map(|line| {
        let name = line.strip_prefix("| `glyphoxa_")?.split('`').next()?;
        Some(plain(
            name.trim_end_matches("_duration_seconds")
                .trim_end_matches("_request"),
        ))
    });
    let rows: Vec<_> = rows.collect();
    let asked: Vec<_> = row.texts("value").into_iter().map(plain).collect();
    Some(if rows == asked {
        Ok(place.to_owned())
    } else {
        Err(format!("the order is {rows:?}"))
    })
}

/// Holds what lines of a level tell.
pub(super) fn log_level(row: &Row, system: &System) -> Checked {
    if row.text("level") == Some("debug") {
        return debugging(system);
    }
    let level = row.text("name")?;
    let of_level: Vec<_> = system
        .log
        .iter()
        .filter(|line| line["level"] == level)
        .collect();
    let examples = row.texts("examples");
    let messages = of_level.iter().filter_map(|line| line["message"].as_str());
    let messages: Vec<_> = messages.collect();
    let is_said = match level {
        "DEBUG" => of_level.is_empty(),
        _ => messages.iter().any(|message| examples.contains(message)),
    };
    Some(if is_said {
        Ok(match level {
            "DEBUG" => "no line of a run".to_owned(),
            _ => "the lines of a run".to_owned(),
        })
    } else {
        Err(format!("no line is one of {examples:?}"))
    })
}

/// With debug every line inside of a span shows its trace. A line of the process has none.
fn debugging(system: &System) -> Checked {
    let own = system.served.log.iter().filter(|line| {
        let target = line["target"].as_str().unwrap_or_default();
        target.starts_with("glyphoxa") || target == "http.request"
    });
    let own: Vec<_> = own.collect();
    let without = own.iter().filter(|line| line["trace_id"].is_null());
    let without: Vec<_> = without.collect();
    Some(if own.len() > 3 && without.is_empty() {
        Ok("the lines of a server".to_owned())
    } else {
        Err(format!("{without:?}"))
    })
}
