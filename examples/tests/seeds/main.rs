//! Every requirement of the five systems is held against the programs, and `docs/seeds.md` shows where
//! each is met.
#![cfg(target_os = "linux")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::panic, reason = "a broken setup fails the test")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod checks;
mod evaluated;
mod page;
mod pair;
mod reports;
mod rows;
mod sample;
mod served;
mod system;

use std::{collections::BTreeSet, env, fs, path::Path};

use checks::{Verdict, check, fields};
use page::{Judged, NOTES, State, judged};
use rows::{DOCUMENTS, Document, Row};
use serde_json::Value;

const PAGE: &str = "docs/seeds.md";

/// `GLYPH_WRITE_EXPECTED=1` rewrites the page.
#[test]
fn page_of_requirements_is_up_to_date() {
    let (page, file) = (page::page(), system::file(PAGE));
    if env::var_os("GLYPH_WRITE_EXPECTED").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap();
    let lines = written.lines().zip(page.lines());
    let changed: Vec<_> = lines.filter(|(old, new)| old != new).take(5).collect();
    assert!(written == page, "{PAGE} is out of date: {changed:#?}");
}

/// The numbers of rows that are not met, or not compared yet. They may only fall.
#[test]
fn no_row_is_lost() {
    let open = DOCUMENTS.each_ref().map(|document| {
        let judged = judged(document).into_iter();
        let open = judged.filter(|row| row.state == State::Open);
        let ids: Vec<_> = open.map(|Judged { row, .. }| row.id().to_owned()).collect();
        ids
    });
    let numbers = open.each_ref().map(Vec::len);
    assert_eq!(numbers, OPEN, "{open:#?}");
}

const OPEN: [usize; 5] = [0, 0, 0, 0, 0];

#[test]
fn ids_are_those_of_one_row_each() {
    let rows = DOCUMENTS.iter().flat_map(Document::rows);
    let ids: Vec<_> = rows.map(|row| row.id().to_owned()).collect();
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    let notes = NOTES.as_object().unwrap();
    let strangers: Vec<_> = notes.keys().filter(|id| !unique.contains(id)).collect();
    assert!(
        strangers.is_empty(),
        "notes of rows that do not exist: {strangers:?}"
    );
}

/// A note is for what no check reads, or for a difference.
#[test]
fn no_note_is_stale() {
    let notes = NOTES.as_object().unwrap();
    for document in &DOCUMENTS {
        for row in document.rows() {
            let verdict = check(&row, system::of(document));
            let is_held = matches!(verdict, Verdict::Held(_));
            assert!(
                !is_held || !notes.contains_key(row.id()),
                "{} is held",
                row.id()
            );
        }
    }
}

#[test]
fn agent_reads_fields_that_log_lines_have() {
    let fields = fields();
    assert!(fields.len() >= 3, "{fields:?}");
    for name in fields {
        let mut lines = DOCUMENTS
            .iter()
            .flat_map(|document| &system::of(document).log);
        assert!(lines.any(|line| line[name].is_string()), "{name}");
    }
}

#[test]
fn tests_that_notes_name_exist() {
    let mut sources = String::new();
    for folder in [
        "../../tests",
        "..",
        "../../glyph-runtime/src",
        "../../glyph-core/src",
    ] {
        read_sources(Path::new(folder), &mut sources);
    }
    for (id, note) in NOTES.as_object().unwrap() {
        if let Some(test) = note["test"].as_str() {
            assert!(
                sources.contains(&format!("fn {test}(")),
                "{id}: no test is named {test}"
            );
        }
    }
}

fn read_sources(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// The facts of a row, each of which a check compares.
const FACTS: [&str; 84] = [
    "name",
    "names",
    "title",
    "expr",
    "expr_adapted",
    "metric",
    "type",
    "unit",
    "help",
    "labels",
    "buckets",
    "severity",
    "threshold",
    "url",
    "path",
    "paths",
    "status",
    "content_type",
    "header",
    "value",
    "values",
    "pattern",
    "format",
    "body",
    "body_status",
    "port",
    "receiver",
    "exporters",
    "by",
    "from",
    "to",
    "backend",
    "collector",
    "collects",
    "folder",
    "import",
    "provisioned",
    "field",
    "ratio",
    "default",
    "resource_attribute",
    "attribute",
    "fields",
    "example",
    "examples",
    "position",
    "of",
    "on",
    "key",
    "query",
    "never",
    "topic",
    "span",
    "allowed",
    "span_kind",
    "stream",
    "direction",
    "groups",
    "registries",
    "registered",
    "covers",
    "tool",
    "in",
    "local",
    "level",
    "HTTP",
    "service",
    "services",
    "effects",
    "check_fields",
    "adds",
    "steps",
    "sampler",
    "label",
    "flows",
    "for_evaluations",
    "command",
    "profile",
    "volume",
    "job",
    "targets",
    "ports",
    "keeps",
    "share",
];

#[test]
fn row_with_a_changed_fact_is_not_held() {
    let mut changed = 0;
    for document in &DOCUMENTS {
        let system = system::of(document);
        for row in document.rows() {
            if !matches!(check(&row, system), Verdict::Held(_)) {
                continue;
            }
            let wrong: Vec<_> = FACTS.into_iter().filter(|key| row.has(key)).collect();
            let is_seen =
                |key: &&str| !matches!(check(&with_another(&row, key), system), Verdict::Held(_));
            let seen = wrong.iter().filter(|key| is_seen(key)).count();
            assert!(seen > 0, "{}: {wrong:?}", row.id());
            changed += seen;
        }
    }
    assert!(changed >= 700, "{changed} changed facts are seen");
}

/// Returns the row with another fact.
fn with_another(row: &Row, key: &str) -> Row {
    let mut row = row.clone();
    let other = match &row.0[key] {
        Value::String(_) if row.kind() == "never_label" => "status".into(),
        Value::String(text) if row.text("language") == Some("LogQL") => {
            format!("{text} |= \"no such line\"").into()
        }
        Value::String(text) if key.starts_with("expr") => format!("{text} + other_total").into(),
        Value::String(text) => format!("{text}_other").into(),
        Value::Number(number) if number.is_u64() => (number.as_u64().unwrap() + 17).into(),
        Value::Number(number) => (number.as_f64().unwrap() + 17.0).into(),
        Value::Array(list) => {
            let is_of_numbers = list.first().is_some_and(Value::is_number);
            let more: Value = if is_of_numbers {
                17.into()
            } else {
                "other".into()
            };
            list.iter().cloned().chain([more]).collect()
        }
        Value::Bool(is) => (!is).into(),
        Value::Object(body) => {
            let other = |(name, _): (&String, &Value)| (name.clone(), Value::from("other"));
            let others: serde_json::Map<_, _> = body.iter().map(other).collect();
            others.into()
        }
        Value::Null => Value::Null,
    };
    row.0[key] = other;
    row
}
