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
    static LABEL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\$labels\.(\w+)|index\s+\$labels\s+["`](\w+)["`]"#).ok());
    static OWN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?:^|[\s(])\.Labels\.(\w+)").ok());
    static QUERY: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\bquery\s+(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)"#).ok());
    let place = format!("`{name}`");
    let actions = actions(text);
    let all = actions.iter().map(|action| action.text);
    let queries: Vec<&str> = all.clone().flat_map(|text| groups(&QUERY, text)).collect();
    let own = actions.iter().filter(|action| !action.is_about_others);
    let own = own.flat_map(|action| groups(&OWN, action.text));
    let labels = all.flat_map(|text| groups(&LABEL, text)).chain(own);
    let labels: Vec<&str> = labels.collect();
    let missing = labels
        .iter()
        .filter_map(|label| missing(label, &place, shape));
    let queries = queries.iter().map(|query| query.replace("\\\"", "\""));
    let found = queries.flat_map(|query| check(&query, external, names).problems);
    missing.chain(found).collect()
}

/// An action of a template, the text between `{{` and `}}`.
struct Action<'text> {
    text: &'text str,
    /// Whether `.` is another value than the alert: an element of `range`, or the value of `with`.
    is_about_others: bool,
}

/// Returns the actions of a template.
fn actions(text: &str) -> Vec<Action<'_>> {
    static ACTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?s)\{\{-?\s*((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`])*?)\s*-?\}\}"#).ok()
    });
    // Whether each block that is open sets `.`.
    let mut blocks: Vec<bool> = Vec::new();
    let mut actions = Vec::new();
    for text in groups(&ACTION, text) {
        let word = text.split_whitespace().next().unwrap_or_default();
        if word == "end" {
            blocks.pop();
        }
        actions.push(Action {
            text,
            is_about_others: blocks.contains(&true),
        });
        if ["range", "with", "if", "define", "block"].contains(&word) {
            blocks.push(word != "if");
        }
    }
    actions
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
