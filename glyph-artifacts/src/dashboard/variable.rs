//! The variables of a dashboard.

use glyph_core::{
    catalog::MetricDescriptor,
    label::{LabelDescriptor, LabelValues},
};
use serde_json::{Value, json};

use super::name::heading;
use crate::{artifacts::Artifacts, families::Families};

/// The label of the environment of a series, set by scrapes or collectors.
pub(super) const ENVIRONMENT: &str = "env";

/// The label of the program, set by scrapes.
const JOB: &str = "job";

/// Returns all variables in the order of the dashboard.
pub(super) fn all(artifacts: &Artifacts) -> Vec<Value> {
    let families = artifacts.families();
    let name = of_program(&families);
    let series = format!("{{{name}}}");
    let sources = [
        source("datasource", "Metrics", "prometheus"),
        source("traces", "Traces", "tempo"),
        source("logs", "Logs", "loki"),
    ];
    let targets = targets(&families, &name);
    let chosen = families.variable_labels();
    let chosen = chosen.into_iter().map(|label| {
        values(
            label,
            &title(label),
            &series_with(&families, label, &series),
        )
    });
    sources.into_iter().chain(targets).chain(chosen).collect()
}

/// Returns a matcher of the names of series that tell the program's targets: a metric that is there from
/// the start of a process, or all metrics if each one waits for its first call.
fn of_program(families: &Families) -> String {
    let mut metrics = families.metrics();
    let is_closed = |label: &LabelDescriptor| matches!(label.values, LabelValues::Closed(_));
    let is_present = |metric: &&MetricDescriptor| {
        let closed = metric.labels.iter().all(is_closed);
        closed && !metric.sparse && families.scope(metric).is_empty()
    };
    let names: Vec<&str> = match metrics.find(is_present) {
        Some(metric) => vec![metric.name],
        None => families.metrics().map(|metric| metric.name).collect(),
    };
    match names.as_slice() {
        [] => "__name__=\"up\"".to_owned(),
        names => format!("__name__=~\"{}\"", alternatives(names)),
    }
}

/// Returns a regular expression for the samples of these metrics.
fn alternatives(names: &[&str]) -> String {
    match names {
        [name] => format!("{name}(_total|_count)?"),
        names => format!("({})(_total|_count)?", names.join("|")),
    }
}

/// Returns the variables of the target labels. Each offers the values of series that those before
/// it choose.
fn targets(families: &Families, name: &str) -> Vec<Value> {
    let mut matchers = vec![name.to_owned()];
    let mut variables = Vec::new();
    for label in families.series_target_labels() {
        let series = format!("{{{}}}", matchers.join(", "));
        let variable = if label == JOB {
            jobs(&series)
        } else {
            values(label, &title(label), &series)
        };
        variables.push(variable);
        matchers.push(format!("{label}=~\"${label}\""));
    }
    variables
}

/// Returns the variable of the job. "All" is each job with a metric of the program: other programs
/// expose the metrics of the same crates.
fn jobs(series: &str) -> Value {
    let mut jobs = values(JOB, &title(JOB), series);
    if let Some(jobs) = jobs.as_object_mut() {
        jobs.remove("allValue");
    }
    jobs
}

/// Returns the title of a label: `Campaign` for `campaign_id`.
fn title(label: &str) -> String {
    if label == ENVIRONMENT {
        return "Environment".to_owned();
    }
    heading(label.strip_suffix("_id").unwrap_or(label))
}

/// Returns a selector of series with a label, or `any` if no metric has it. For a scope label it
/// selects all such metrics, as a metric may not be recorded in every scope.
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
        names => format!("{{__name__=~\"{}\"}}", alternatives(names)),
    }
}

/// Returns a variable that chooses a data source.
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

/// Returns a variable with the values of a label. "All" is `.*`, which also matches series without
/// the label.
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
