//! Checks of labels and queries in texts: annotations of alerts, and legends of panels.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    expression::{check, suggestion},
    names::Names,
    shape::Shape,
};

/// Returns the problems of an annotation or a label of a rule. `name` is its name.
pub(super) fn problems_in_annotation(
    name: &str,
    text: &str,
    shape: &Shape,
    external: &[&str],
    names: &Names,
) -> Vec<String> {
    static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"\$labels\.(\w+)|index\s+\$labels\s+["`](\w+)["`]|^[^$]*\{\{-?\s*\.Labels\.(\w+)"#,
        )
        .ok()
    });
    static QUERY: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\bquery\s+(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)"#).ok());
    let place = format!("`{name}`");
    let queries = groups(&QUERY, text);
    let labels = groups(&LABEL, text);
    let missing = labels
        .iter()
        .filter_map(|label| missing(label, &place, shape));
    let queries = queries.iter().map(|query| query.replace("\\\"", "\""));
    let found = queries.flat_map(|query| check(&query, external, names).problems);
    missing.chain(found).collect()
}

/// Returns the problems of the legend of a query.
pub(super) fn problems_in_legend(text: &str, shape: &Shape) -> Vec<String> {
    static LABEL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\{\{\s*(\w+)\s*\}\}").ok());
    let labels = groups(&LABEL, text);
    let labels = labels.iter();
    labels
        .filter_map(|label| missing(label, "the legend", shape))
        .collect()
}

/// Returns the text of the groups of all matches.
fn groups<'text>(pattern: &LazyLock<Option<Regex>>, text: &'text str) -> Vec<&'text str> {
    let Some(pattern) = pattern.as_ref() else {
        return Vec::new();
    };
    let found = pattern.captures_iter(text);
    let groups = found.flat_map(|found| {
        let groups = found.iter().skip(1).flatten();
        groups.map(|group| group.as_str()).collect::<Vec<_>>()
    });
    groups.collect()
}

/// Returns a message if no series of the result has a label.
fn missing(label: &str, place: &str, shape: &Shape) -> Option<String> {
    if shape.has(label) {
        return None;
    }
    Some(if shape.drops(label) {
        format!(
            "the result has no label `{label}`, which the expression drops: keep it there or remove it from {place}"
        )
    } else {
        let hint = suggestion(label, shape);
        format!("the result has no label `{label}`, which {place} shows; {hint}")
    })
}
