//! What a reader chooses at the top.

use serde_json::{Value, json};

use crate::artifacts::{Artifacts, families::Families};

/// The label of the environment that a series comes from; scrapes or collectors set it.
pub(super) const ENVIRONMENT: &str = "env";

/// Names that the label of a tenant goes by.
const TENANT: [&str; 2] = ["tenant_id", "tenant"];

/// The labels of tenants that there are.
pub(super) fn tenants(artifacts: &Artifacts, families: &Families) -> Vec<&'static str> {
    let is_there = |tenant: &&str| {
        let targets = artifacts.target_labels.iter();
        let labels = families.metrics().flat_map(|metric| metric.labels);
        targets.map(String::as_str).any(|label| label == *tenant)
            || labels.map(|label| label.name).any(|label| label == *tenant)
    };
    TENANT.into_iter().filter(is_there).collect()
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
    let tenants = tenants(artifacts, &families);
    let tenants = tenants
        .into_iter()
        .map(|tenant| values(tenant, "Tenant", &series_with(&families, tenant, &series)));
    sources
        .into_iter()
        .chain([environment])
        .chain(tenants)
        .collect()
}

/// Series that have the label themselves, or any.
fn series_with(families: &Families, label: &str, any: &str) -> String {
    let mut having = families
        .metrics()
        .filter(|metric| metric.labels.iter().any(|own| own.name == label));
    having.next().map_or_else(
        || any.to_owned(),
        |metric| format!("{{__name__=~\"{}(_total|_count)?\"}}", metric.name),
    )
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
