//! The page that shows where each requirement is met.

use std::{collections::BTreeMap, fmt::Write, sync::LazyLock};

use serde_json::Value;

use crate::{
    checks::{Verdict, check},
    rows::{Applies, DOCUMENTS, Document, Row},
    system,
};

/// Notes on rows, by id: `test` names another test that compares the row, `differs` has the reason why the
/// program does it in another way, and `open` says what is missing.
pub(crate) static NOTES: LazyLock<Value> =
    LazyLock::new(|| yaml_serde::from_str(include_str!("notes.yml")).unwrap());

/// Whether a program meets a requirement, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Held,
    Tested,
    Adapted,
    Differs,
    No,
    Open,
}

/// A row with its state, and where it is met or why it is not.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) row: Row,
    pub(crate) state: State,
    reason: String,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Tested => "tested",
            Self::Adapted => "adapted",
            Self::Differs => "differs",
            Self::No => "does not apply",
            Self::Open => "open",
        }
    }
}

/// Judges all rows of a document.
pub(crate) fn judged(document: &Document) -> Vec<Judged> {
    let system = system::of(document);
    let rows = document.rows().into_iter();
    let judge = |row: Row| {
        let (state, reason) = judge(&row, check(&row, system));
        Judged { row, state, reason }
    };
    rows.map(judge).collect()
}

fn judge(row: &Row, verdict: Verdict) -> (State, String) {
    let note = &NOTES[row.id()];
    let noted = |key: &str| note[key].as_str().map(str::to_owned);
    let why = |otherwise: &str| row.reason().unwrap_or(otherwise).to_owned();
    match (row.applies(), verdict) {
        (Applies::No, _) => (State::No, why("")),
        (_, Verdict::Held(place)) => (State::Held, place),
        (Applies::Adapted, _) if note.is_null() => (State::Adapted, why("")),
        (_, verdict) => {
            if let Some(test) = noted("test") {
                return (State::Tested, format!("`{test}`"));
            }
            if let Some(reason) = noted("differs") {
                return (State::Differs, reason);
            }
            let open = match verdict {
                Verdict::Different(difference) => difference,
                _ => "no test reads this row".to_owned(),
            };
            (State::Open, noted("open").unwrap_or(open))
        }
    }
}

/// Returns the page.
pub(crate) fn page() -> String {
    let mut page = String::from(HEAD);
    for document in &DOCUMENTS {
        let judged = judged(document);
        let mut counts: BTreeMap<State, usize> = BTreeMap::new();
        for row in &judged {
            *counts.entry(row.state).or_default() += 1;
        }
        let counts = counts
            .iter()
            .map(|(state, count)| format!("{count} {}", state.name()));
        let counts: Vec<_> = counts.collect();
        let Document {
            title,
            number,
            program,
            ..
        } = document;
        writeln!(page, "\n## {number}: {title}, `examples/{program}`\n").unwrap();
        writeln!(page, "{} rows: {}.\n", judged.len(), counts.join(", ")).unwrap();
        page.push_str("| row | requirement | state | where, or why |\n|---|---|---|---|\n");
        for Judged { row, state, reason } in &judged {
            let (says, reason) = (cell(row.says()), cell(reason));
            writeln!(
                page,
                "| {} | {says} | {} | {reason} |",
                row.id(),
                state.name()
            )
            .unwrap();
        }
    }
    page
}

/// Returns a text as it stands in the cell of a table.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|").replace('<', "&lt;")
}

const HEAD: &str = "\
# Where each requirement of the five systems is met

<!-- Generated: `GLYPH_WRITE_EXPECTED=1 cargo test -p glyph-examples --test seeds`. -->

Each example system has a list of requirements, in `examples/tests/seeds/requirements/`. A test runs each
program, compares each requirement with its metrics, log, spans, responses and generated files, and writes this
page. It reads the configuration of Alloy, the Collector, Loki, Tempo, Pyroscope and Grafana, and does not run
them.

| state | meaning |
|---|---|
| held | the test compares the fact with the program; a changed fact fails it |
| tested | another test holds it, which is named |
| adapted | the document asks for something of another language or product; the reason says what takes its place |
| differs | the program does it in another way on purpose, for the reason given |
| does not apply | for the reason given |
| open | not met, or not yet compared by a test |
";
