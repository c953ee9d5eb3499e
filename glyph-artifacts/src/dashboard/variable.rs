//! What a reader chooses at the top.

use serde_json::{Value, json};

use super::spoken;
use crate::{artifacts::Artifacts, families::Families};

/// The label of the environment that a series comes from; scrapes or collectors set it.
pub(super) const ENVIRONMENT: &str = "env";

/// Names that the label of a tenant goes by.
const TENANT: [&str; 2] = ["tenant_id", "tenant"];

/// The labels that a reader chooses by besides the environment: those of tenants that there are, and those of scopes.
pub(super) fn chosen(artifacts: &Artifacts, families: &Families) -> Vec<&'static str> {
    let is_there = |tenant: &&str| {
        let targets = artifacts.target_labels.iter();
        let labels = families.metrics().flat_map(|metric| metric.labels);
        targets.map(String::as_str).any(|label| label == *tenant)
            || labels.map(|label| label.name).any(|label| label == *tenant)
    };
    let scopes = families.scope_labels().into_iter();
    let scopes = scopes.filter(|label| *label != ENVIRONMENT);
    let mut labels: Vec<&str> = Vec::new();
    for label in TENANT.into_iter().filter(is_there).chain(scopes) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// The variables in the order in which they stand.
pub(super) fn all(artifacts: &Artifacts) -> Vec<Value> {
    let families = artifacts.families();
    let anything = families.metrics().next();
    let series = anything.map_or_else(
        || "up".to_owned(),
        |metric| {
            let name = metric.name;
            format!("{{__name__=~\"{name}(_total|_count)?\"}}")
        },
    );
    let sources = [
        source("datasource", "Metrics", "prometheus"),
        source("traces", "Traces", "tempo"),
    ];
    let environment = values(ENVIRONMENT, "Environment", &series);
    let chosen = chosen(artifacts, &families);
    let chosen = chosen.into_iter().map(|label| {
        values(
            label,
            &title(label),
            &series_with(&families, label, &series),
        )
    });
    sources
        .into_iter()
        .chain([environment])
        .chain(chosen)
        .collect()
}

/// The label as a heading: `Campaign` for `campaign_id`.
fn title(label: &str) -> String {
    spoken(label.strip_suffix("_id").unwrap_or(label))
}

/// Series that have the label themselves, or any. Not every metric is recorded in every scope, so that all of them are
/// asked for its labels.
fn series_with(families: &Families, label: &str, any: &str) -> String {
    let having = families.metrics();
    let having = having.filter(|metric| families.has_label(metric, label));
    let is_scope = families.scope_labels().contains(&label);
    let names: Vec<&str> = having
        .map(|metric| metric.name)
        .take(if is_scope { usize::MAX } else { 1 })
        .collect();
    match names.as_slice() {
        [] => any.to_owned(),
        [name] => format!("{{__name__=~\"{name}(_total|_count)?\"}}"),
        names => format!("{{__name__=~\"({})(_total|_count)?\"}}", names.join("|")),
    }
}

fn source(name: &str, label: &str, kind: &str) -> Value {
    json!({
        "hide": 0,
        "includeAll": false,
        "label": label,
        "multi": false,
        "name": name,
        "options": [],
        "query": kind,
        "refresh": 1,
        "regex": "",
        "type": "datasource",
    })
}

/// `.*` stands for all, so that series without the label are among them.
fn values(label: &str, title: &str, series: &str) -> Value {
    let query = format!("label_values({series}, {label})");
    json!({
        "allValue": ".*",
        "current": { "text": "All", "value": "$__all" },
        "datasource": { "type": "prometheus", "uid": "${datasource}" },
        "hide": 0,
        "includeAll": true,
        "label": title,
        "multi": true,
        "name": label,
        "options": [],
        "query": { "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery" },
        "refresh": 2,
        "regex": "",
        "sort": 1,
        "type": "query",
    })
}
