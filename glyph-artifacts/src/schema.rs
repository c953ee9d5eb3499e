//! The schema of the metrics, as a document to compare with later versions.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    ArtifactError,
    artifacts::Artifacts,
    families::Families,
    numbers::{duration, rounded},
    promql::{Selector, in_one_line},
    quantity::burn_windows,
};
use glyph_core::{
    catalog::{
        AlertDescriptor, Condition, Indicator, Kind, MetricDescriptor, ObjectiveDescriptor,
        ScopeLabel, Selection,
    },
    label::LabelValues,
};

/// The schema of the metrics: what queries depend on.
///
/// Save it with [`Schema::to_json`] and compare it with a later one by [`diff`](fn@crate::diff).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The metrics, sorted by name.
    pub metrics: Vec<MetricSchema>,
    /// The alerts, in the order of declaration, without those of objectives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertSchema>,
    /// The objectives, in the order of declaration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<ObjectiveSchema>,
    /// The panels of the dashboard, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub panels: Vec<PanelSchema>,
}

/// The schema of an alert: what routes, silences and people on call depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertSchema {
    /// The name.
    pub name: String,
    /// The expression; without the comparison if there is a threshold.
    pub expr: String,
    /// The operator before the threshold, such as `>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<String>,
    /// The threshold of a condition such as `p95 > 2s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The time for which the condition must hold, such as `5m`.
    #[serde(rename = "for")]
    pub pending: String,
    /// How long the alert fires after the condition ended; `None` for no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<String>,
    /// The labels that the rule sets, with the severity.
    pub labels: BTreeMap<String, String>,
}

/// The schema of an objective: what its recorded series and its burn alerts depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveSchema {
    /// The name, which is the label `objective` of the recorded series.
    pub name: String,
    /// The target share of good calls, from 0 to 1.
    pub target: f64,
    /// The calls that are counted, and those that are bad.
    pub indicator: String,
    /// The limit of latency, in the unit of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The bucket bounds between which the share of calls within the limit is estimated; `None` if the
    /// limit is a bucket bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<[f64; 2]>,
    /// The labels for each of which there is a budget.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// The time that the error budget is for, such as `30d`. `None` in a schema of an earlier
    /// version of glyph, which has none of the fields below either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The windows of the alert that the budget burns fast, such as `5m/1h > 14.4`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fast: Vec<String>,
    /// The windows of the alert that the budget burns slowly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slow: Vec<String>,
    /// The least number of calls with which these alerts fire; `None` for any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_requests: Option<u64>,
    /// How long calls must be missing before an alert fires; `None` for no such alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// How long the budget must burn before an alert fires; `None` for no time.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// How long an alert fires after the budget stopped burning; `None` for no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<String>,
    /// The labels that its rules set on alerts, without those of all objectives.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// The schema of a panel: what links to the dashboard depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelSchema {
    /// The title.
    pub title: String,
    /// The title of its row.
    pub row: String,
    /// The queries.
    pub queries: Vec<String>,
}

/// The schema of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricSchema {
    /// The name of the metric family, without the suffixes of samples.
    pub name: String,
    /// The name in OpenTelemetry's notation.
    pub otel_name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// The unit, such as `seconds`; empty if there is none.
    pub unit: String,
    /// The HELP text.
    pub help: String,
    /// The labels, sorted by name.
    pub labels: Vec<LabelSchema>,
    /// The finite bucket bounds of a histogram; empty for other kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<f64>,
}

/// The schema of a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSchema {
    /// The name of the label.
    pub name: String,
    /// The values of a closed label; `None` for an open one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// The limit of an open label's values; `None` for a closed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
    /// Whether it is a scope label, which is absent outside the scope.
    #[serde(default, skip_serializing_if = "is_false")]
    pub scope: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl Schema {
    /// Returns the schema as indented JSON.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Json`] if the schema cannot be serialized.
    pub fn to_json(&self) -> Result<String, ArtifactError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Parses the JSON of a schema.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Json`] if `json` is not JSON, or not a schema.
    pub fn from_json(json: &str) -> Result<Self, ArtifactError> {
        Ok(serde_json::from_str(json)?)
    }
}

impl Artifacts {
    /// Returns the schema of the metrics, alerts, objectives and panels.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let families: Families = self.families();
        let mut metrics: Vec<_> = families
            .metrics()
            .map(|of| metric(of, families.scope(of)))
            .collect();
        metrics.sort_by(|left, right| left.name.cmp(&right.name));
        let alerts = families.metrics().flat_map(|metric| metric.alerts);
        let objectives = families.metrics().flat_map(|metric| metric.objectives);
        Schema {
            alerts: alerts.map(|of| alert(&families, of)).collect(),
            objectives: objectives.map(|of| objective(&families, of)).collect(),
            panels: self.panel_schemas(),
            metrics,
        }
    }
}

fn alert(families: &Families, alert: &AlertDescriptor) -> AlertSchema {
    let rule = families.alert_rule(alert);
    let expr = in_one_line(&rule.expr);
    let compared = match alert.condition {
        Condition::Compare {
            comparison,
            threshold,
            ..
        } => Some((comparison.operator(), rounded(threshold))),
        _ => None,
    };
    let measured = compared.and_then(|(operator, threshold)| {
        let measured = expr.strip_suffix(&format!(" {operator} {threshold}"))?;
        Some((measured.to_owned(), operator.to_owned(), threshold))
    });
    let (expr, comparison, threshold) = match measured {
        Some((expr, comparison, threshold)) => (expr, Some(comparison), Some(threshold)),
        None => (expr, None, None),
    };
    AlertSchema {
        name: alert.name.to_owned(),
        expr,
        comparison,
        threshold,
        pending: rule.pending.unwrap_or_else(|| "0s".to_owned()),
        keep_firing_for: rule.keep_firing_for,
        labels: rule.labels,
    }
}

fn objective(families: &Families, objective: &ObjectiveDescriptor) -> ObjectiveSchema {
    let (indicator, threshold) = match objective.indicator {
        Indicator::Latency { of, threshold, .. } => {
            (format!("latency of {}", selection(of)), Some(threshold))
        }
        Indicator::Outcome { of } => (format!("outcome of {}", selection(of)), None),
        Indicator::Errors { errors, of } => {
            let (errors, all) = (selection(errors), selection(of));
            (format!("{errors} in {all}"), None)
        }
    };
    let around = families.bucket_around(objective);
    let time = |time: Duration| (!time.is_zero()).then(|| duration(time));
    ObjectiveSchema {
        name: objective.name.to_owned(),
        target: objective.target,
        indicator,
        threshold,
        between: around.map(|bucket| [bucket.lower, bucket.upper]),
        by: objective
            .by
            .iter()
            .map(|label| (*label).to_owned())
            .collect(),
        period: Some(duration(objective.period)),
        fast: objective.fast.iter().map(burn_windows).collect(),
        slow: objective.slow.iter().map(burn_windows).collect(),
        min_requests: Some(objective.min_requests).filter(|least| *least > 0),
        absent: objective.absent.map(duration),
        pending: time(objective.pending),
        keep_firing_for: time(objective.keep_firing_for),
        labels: objective
            .labels
            .iter()
            .copied()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

/// Returns a selection as PromQL, with the name of the family.
fn selection(of: Selection) -> String {
    crate::families::with_matchers(Selector::new(of.metric), of).to_string()
}

fn metric(metric: &MetricDescriptor, scope: &[ScopeLabel]) -> MetricSchema {
    let own = metric.labels.iter().map(label);
    let mut labels: Vec<_> = own.chain(scope.iter().map(scope_label)).collect();
    labels.sort_by(|left, right| left.name.cmp(&right.name));
    MetricSchema {
        name: metric.name.to_owned(),
        otel_name: metric.otel_name.to_owned(),
        kind: kind(metric.kind).to_owned(),
        unit: metric.unit.suffix().to_owned(),
        help: metric.help.to_owned(),
        labels,
        buckets: metric.buckets.to_vec(),
    }
}

fn label(label: &glyph_core::label::LabelDescriptor) -> LabelSchema {
    let (values, max) = match label.values {
        LabelValues::Closed(values) => {
            let values = values.iter().map(|value| (*value).to_owned());
            (Some(values.collect()), None)
        }
        LabelValues::Open { max } => (None, Some(max)),
    };
    LabelSchema {
        name: label.name.to_owned(),
        values,
        max,
        scope: false,
    }
}

fn scope_label(label: &ScopeLabel) -> LabelSchema {
    LabelSchema {
        name: label.name.to_owned(),
        values: None,
        max: Some(label.max),
        scope: true,
    }
}

/// Returns the name of a kind, as in the text format of Prometheus.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}
