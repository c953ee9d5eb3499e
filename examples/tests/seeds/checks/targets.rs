//! Looks for the objective or the alert that watches a target of a latency or a rate.

use serde_json::Value;

use super::Checked;
use crate::{
    rows::{DOCUMENTS, Row},
    system::System,
};

/// Looks for an objective or an alert with the threshold, on the metric of the query.
pub(super) fn target(row: &Row, system: &System) -> Checked {
    let metric = match row.text("metric") {
        Some(metric) => metric.to_owned(),
        None => queried(row.text("query")?, system)?,
    };
    let threshold = row.number("threshold")?;
    let labels = row.texts("by");
    let (place, list) = if row.has("alert_when") {
        ("alert", "alerts")
    } else {
        ("objective", "objectives")
    };
    let is_it = |found: &&Value| {
        let on = found["expr"].as_str().or(found["indicator"].as_str());
        let on = on.unwrap_or_default();
        let by = [on.to_owned(), found["by"].to_string()].concat();
        on.contains(&metric)
            && found["threshold"].as_f64() == Some(threshold)
            && labels.iter().all(|label| by.contains(label))
            && is_of_kind(row, found, on)
            && has_share(row, found)
    };
    let mut list = system.schema[list].as_array()?.iter();
    Some(match list.find(is_it) {
        Some(found) => Ok(format!("{place} `{}`", found["name"].as_str()?)),
        None => Err(format!(
            "no {place} of {metric} has the threshold {threshold}"
        )),
    })
}

/// Whether an objective is about as many calls as the quantile in the row's name: 95% of them for `p95`.
fn has_share(row: &Row, found: &Value) -> bool {
    let name = row.text("name").unwrap_or_default();
    let mut words = name.split(' ');
    let share = words.find_map(|word| format!("0.{}", word.strip_prefix('p')?).parse().ok());
    row.has("alert_when") || share.is_none_or(|share| found["target"].as_f64() == Some(share))
}

/// Whether an alert compares as the row says: a rate, or a share of what a query divides.
fn is_of_kind(row: &Row, found: &Value, expression: &str) -> bool {
    let unit = row.text("unit").unwrap_or("seconds");
    if !row.has("alert_when") {
        return unit == "seconds" && expression.contains("_seconds");
    }
    let is_ratio = unit == "ratio";
    if !is_ratio && unit != "per second" {
        return false;
    }
    found["comparison"] == row.0["alert_when"] && expression.contains(" / ") == is_ratio
}

/// Returns the first metric that the query of a row names.
fn queried(id: &str, system: &System) -> Option<String> {
    let document = DOCUMENTS
        .iter()
        .find(|document| document.program == system.program)?;
    let row = document.rows().into_iter().find(|row| row.id() == id)?;
    let expression = row.text("expr_adapted").or(row.text("expr"))?;
    let mut words = expression.split(|at: char| !(at.is_ascii_alphanumeric() || at == '_'));
    let name = words.find_map(|word| {
        let mut suffixes = ["_bucket", "_count", "_sum"].iter();
        let name = suffixes.find_map(|suffix| word.strip_suffix(suffix));
        system.metric(name.unwrap_or(word))
    })?;
    name["name"].as_str().map(str::to_owned)
}
