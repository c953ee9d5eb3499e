//! Lines as a collection agent sends them, and queries over them.

use glyph_tests::logql::{self, Line};
use serde_json::Value;

/// Returns lines as a collection agent sends them, with these labels.
pub fn streams(
    lines: &[Value],
    labels: impl Fn(&Value) -> Vec<(&'static str, String)>,
) -> Vec<Line> {
    let lines = lines.iter().map(|line| {
        let labels = labels(line).into_iter();
        Line {
            labels: labels
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            text: line.to_string(),
        }
    });
    lines.collect()
}

/// Returns the lines that a query finds.
///
/// # Panics
///
/// If the query is malformed, or a line is not JSON.
#[must_use]
pub fn found(query: &str, lines: &[Line]) -> Vec<Value> {
    let lines = logql::find(query, lines);
    lines
        .iter()
        .map(|line| serde_json::from_str(&line.text).unwrap())
        .collect()
}
