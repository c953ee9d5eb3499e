//! Prometheus rules (Prometheus, "Recording rules" and "Alerting rules").

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{
    ArtifactError, artifacts::Artifacts, artifacts::HEADER, families::Families, numbers::duration,
};
use glyph_core::catalog::{AlertDescriptor, CatalogDescriptor};

#[derive(Debug, Serialize)]
pub(super) struct RuleFile {
    pub(super) groups: Vec<RuleGroup>,
}

#[derive(Debug, Serialize)]
pub(super) struct RuleGroup {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interval: Option<String>,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Rule {
    Recording {
        record: String,
        expr: String,
        labels: BTreeMap<String, String>,
    },
    Alerting(AlertRule),
}

#[derive(Debug, Serialize)]
pub(super) struct AlertRule {
    pub(super) alert: String,
    pub(super) expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub(super) pending: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keep_firing_for: Option<String>,
    pub(super) labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

impl Artifacts {
    /// Returns the alerts and recording rules as a rule file for Prometheus.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Yaml`] if the file cannot be serialized.
    pub fn rules(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        let rules = document(&self.rule_file())?;
        let left_out = self.left_out.iter();
        // Without the place: it is a path of the machine that compiled the library.
        let left_out = left_out.map(|problem| format!("# {}: {}\n", problem.what, problem.message));
        Ok(left_out.chain([rules]).collect())
    }

    /// Returns the groups of rules; groups without rules are omitted.
    pub(super) fn rule_file(&self) -> RuleFile {
        let families = self.families();
        let groups = families.catalogs().iter();
        RuleFile {
            groups: groups
                .flat_map(|catalog| catalog_groups(catalog, &families))
                .chain([self.target_group(&families)])
                .filter(|group| !group.rules.is_empty())
                .collect(),
        }
    }
}

/// Returns a YAML document, after the comment that it is generated.
pub(super) fn document(content: &impl Serialize) -> Result<String, ArtifactError> {
    Ok(format!("# {HEADER}\n{}", crate::yaml::to_string(content)?))
}

fn catalog_groups(catalog: &CatalogDescriptor, families: &Families) -> [RuleGroup; 2] {
    let metrics = catalog.metrics.iter();
    let alerts = metrics.clone().flat_map(|metric| metric.alerts);
    let objectives = metrics.flat_map(|metric| metric.objectives);
    let interval = catalog
        .rule_interval
        .map(|interval| duration(families.time(interval)));
    [
        RuleGroup {
            name: group_name(catalog, "objectives"),
            interval: interval.clone(),
            rules: objectives
                .flat_map(|objective| families.objective_rules(objective))
                .collect(),
        },
        RuleGroup {
            name: group_name(catalog, "alerts"),
            interval,
            rules: alerts
                .map(|alert| Rule::Alerting(families.alert_rule(alert)))
                .collect(),
        },
    ]
}

/// Returns a unique name in the file. It has the name of the catalog, as two catalogs can share a
/// namespace.
fn group_name(catalog: &CatalogDescriptor, what: &str) -> String {
    match catalog.namespace {
        "" => format!("{}.{what}", catalog.name),
        namespace => format!("{namespace}.{}.{what}", catalog.name),
    }
}

impl Families {
    /// Returns a time of a rule; `None` for no time.
    pub(super) fn rule_time(&self, time: Duration) -> Option<String> {
        (!time.is_zero()).then(|| duration(self.time(time)))
    }

    /// Returns the rule of an alert.
    pub(super) fn alert_rule(&self, alert: &AlertDescriptor) -> AlertRule {
        let time = |time| self.rule_time(time);
        AlertRule {
            alert: alert.name.to_owned(),
            expr: self.condition(alert),
            pending: time(alert.pending),
            keep_firing_for: time(alert.keep_firing_for),
            labels: alert_labels(alert),
            annotations: self.alert_annotations(alert),
        }
    }
}

/// Returns the labels that a rule sets on its alerts.
pub(super) fn alert_labels(alert: &AlertDescriptor) -> BTreeMap<String, String> {
    let severity = [("severity", alert.severity)].into_iter();
    severity
        .chain(alert.labels.iter().copied())
        .map(owned)
        .collect()
}

pub(super) fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
