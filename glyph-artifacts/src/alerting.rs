//! Alerts for Grafana to evaluate, and the Prometheus rules as a Kubernetes resource.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    ArtifactError,
    artifacts::Artifacts,
    checksum::checksum,
    families::Families,
    objective::{target_alert, without_queries},
    panel_link::Aspect,
    rules::{AlertRule, Rule, RuleFile, RuleGroup, document},
};

/// The uid of the queried data source. It is fixed, as provisioned alerts have no variables.
const DATA_SOURCE: &str = "prometheus";

/// The time range of an alert's query, in seconds. Windows in the expression can exceed it.
const LOOK_BACK: u64 = 600;

/// A rule file as a Kubernetes resource (Prometheus Operator, "API reference", `PrometheusRule`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: RuleFile,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
    labels: BTreeMap<&'static str, String>,
}

impl Artifacts {
    /// Returns all alerts as a provisioning file for Grafana's alerting (Grafana, "Use
    /// configuration files to provision alerting resources").
    ///
    /// Queries go to the data source with the uid `prometheus`. For alerts of objectives, that
    /// Prometheus needs the recording rules of [`Artifacts::rules`].
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Yaml`] if the file cannot be serialized.
    pub fn grafana_alerting(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        let (subject, families) = (self.subject(), self.families());
        let groups = self.rule_file().groups;
        let groups: Vec<Value> = groups
            .iter()
            .map(|group| alert_group(group, &subject, &families))
            .filter(|group| group["rules"] != json!([]))
            .collect();
        document(&json!({ "apiVersion": 1, "groups": groups }))
    }

    /// Returns the rules as a `PrometheusRule`, the resource of the Prometheus Operator.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Yaml`] if the resource cannot be serialized.
    pub fn prometheus_rule(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        let name = self.subject().to_lowercase().replace('_', "-");
        let name = name.trim_matches('-').to_owned();
        document(&Resource {
            api_version: "monitoring.coreos.com/v1",
            kind: "PrometheusRule",
            metadata: Metadata {
                labels: BTreeMap::from([("app.kubernetes.io/name", name.clone())]),
                name,
            },
            spec: self.rule_file(),
        })
    }
}

fn alert_group(group: &RuleGroup, subject: &str, families: &Families) -> Value {
    let alerts = group.rules.iter().filter_map(|rule| match rule {
        Rule::Alerting(alert) => Some(alert_rule(alert, subject, families)),
        Rule::Recording { .. } => None,
    });
    json!({
        "orgId": 1,
        "name": group.name,
        "folder": subject,
        "interval": group.interval.as_deref().unwrap_or("1m"),
        "rules": alerts.collect::<Vec<_>>(),
    })
}

/// Returns an alert. It fires if its expression has a sample. The sample can be zero, so the
/// condition is `is_number` and not a threshold.
fn alert_rule(alert: &AlertRule, subject: &str, families: &Families) -> Value {
    let annotations = alert.annotations.iter();
    let mut annotations: BTreeMap<&str, String> = annotations
        .map(|(name, text)| {
            let text = without_queries(text);
            (name.as_str(), text.replace("$value", "$values.A.Value"))
        })
        .collect();
    if let Some(panel) = panel(alert, subject, families) {
        annotations.insert("__dashboardUid__", subject.to_owned());
        annotations.insert("__panelId__", panel.to_string());
    }
    let data = [
        json!({
            "refId": "A",
            "datasourceUid": DATA_SOURCE,
            "relativeTimeRange": { "from": LOOK_BACK, "to": 0 },
            "model": { "refId": "A", "expr": alert.expr, "instant": true, "range": false },
        }),
        json!({
            "refId": "B",
            "datasourceUid": "__expr__",
            "model": { "refId": "B", "type": "math", "expression": "is_number($A)" },
        }),
    ];
    let mut rule = json!({
        "uid": uid(subject, &alert.alert),
        "title": alert.alert,
        "condition": "B",
        "data": data,
        "for": alert.pending.as_deref().unwrap_or("0s"),
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": alert.labels,
        "annotations": annotations,
    });
    if let (Some(rule), Some(time)) = (rule.as_object_mut(), &alert.keep_firing_for) {
        rule.insert("keep_firing_for".to_owned(), time.as_str().into());
    }
    rule
}

/// Returns the id of the panel that shows why an alert fires. Grafana links alerts to panels by two
/// annotations.
fn panel(alert: &AlertRule, subject: &str, families: &Families) -> Option<u32> {
    let name = alert.labels.get("objective");
    let mut objectives = families.metrics().flat_map(|metric| metric.objectives);
    let of_objective = objectives
        .find(|objective| name.is_some_and(|name| objective.name == name))
        .or_else(|| {
            let mut watching = families.watching_objectives();
            watching
                .next()
                .filter(|_| alert.alert == target_alert(subject))
        })
        .and_then(|objective| families.panel_ids().get(Aspect::Burn, objective.name));
    of_objective.or_else(|| families.alert_panel(&alert.alert))
}

/// Returns the uid of an alert. Grafana accepts at most 40 letters, digits, `-` and `_`: a longer
/// name is cut and ends with a checksum of the whole name.
fn uid(subject: &str, alert: &str) -> String {
    const LONGEST: usize = 40;
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let name = format!("{subject}-{alert}");
    let name = name.replace(|letter| !is_allowed(letter), "_");
    if name.len() <= LONGEST {
        return name;
    }
    let checksum = checksum(&name);
    let head: String = name.chars().take(LONGEST - 17).collect();
    format!("{head}-{checksum:016x}")
}
