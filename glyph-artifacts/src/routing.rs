//! The configuration of Alertmanager: who gets which alerts, and which alerts silence others.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    ArtifactError,
    artifacts::Artifacts,
    objective::{BURNS, Burn},
    rules::{AlertRule, Rule, document},
};

/// The receiver of alerts without a route.
const DEFAULT: &str = "default";

/// The severity without a route, because most alerts have it.
const USUAL: &str = "warning";

/// Severities whose alerts are sent soon and again.
const URGENT: [&str; 2] = ["critical", "page"];

#[derive(Serialize)]
struct Configuration {
    route: Root,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inhibit_rules: Vec<Inhibition>,
    receivers: Vec<Receiver>,
}

#[derive(Serialize)]
struct Root {
    receiver: String,
    group_by: Vec<String>,
    group_wait: &'static str,
    group_interval: &'static str,
    repeat_interval: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<Route>,
}

#[derive(Serialize)]
struct Route {
    matchers: Vec<String>,
    receiver: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_wait: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_interval: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<Route>,
}

#[derive(Serialize)]
struct Inhibition {
    source_matchers: [String; 2],
    target_matchers: [String; 2],
    equal: Vec<String>,
}

#[derive(Serialize)]
struct Receiver {
    name: String,
}

impl Artifacts {
    /// Returns a configuration of Alertmanager with a route for each severity and each label `team`
    /// of the alerts (Prometheus, "Alerting configuration").
    ///
    /// Alerts are grouped by the labels that rules keep and group by. While a budget burns fast, the
    /// alert that the same budget burns slowly is silenced. Receivers have names and no
    /// destinations: add these to a copy of the file.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Yaml`] if the file cannot be serialized.
    pub fn alertmanager(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        document(&self.configuration())
    }

    fn configuration(&self) -> Configuration {
        let groups = self.rule_file().groups;
        let rules = groups.iter().flat_map(|group| &group.rules);
        let alerts: Vec<&AlertRule> = rules
            .filter_map(|rule| match rule {
                Rule::Alerting(alert) => Some(alert),
                Rule::Recording { .. } => None,
            })
            .collect();
        let teams = values(&alerts, "team");
        let mut routes: Vec<Route> = teams
            .iter()
            .map(|team| {
                let of_team = alerts.iter().filter(|alert| has(alert, "team", team));
                let of_team: Vec<&AlertRule> = of_team.copied().collect();
                Route {
                    routes: severities(&of_team, Some(team)),
                    ..Route::of("team", team, team.clone())
                }
            })
            .collect();
        let without_team = alerts
            .iter()
            .filter(|alert| !alert.labels.contains_key("team"));
        let without_team: Vec<&AlertRule> = without_team.copied().collect();
        routes.extend(severities(&without_team, None));
        let mut receivers = vec![DEFAULT.to_owned()];
        add_receivers(&routes, &mut receivers);
        Configuration {
            route: Root {
                receiver: DEFAULT.to_owned(),
                group_by: self.grouping(),
                group_wait: "30s",
                group_interval: "5m",
                repeat_interval: "4h",
                routes,
            },
            inhibit_rules: self.inhibition().into_iter().collect(),
            receivers: receivers
                .into_iter()
                .map(|name| Receiver { name })
                .collect(),
        }
    }

    /// Returns the labels of one notification: the alert, and what rules keep or group by. Replicas
    /// share a notification.
    fn grouping(&self) -> Vec<String> {
        let families = self.families();
        let metrics = families.metrics();
        let by = metrics.flat_map(|metric| {
            let alerts = metric.alerts.iter().flat_map(|alert| alert.by);
            let objectives = metric.objectives.iter();
            alerts.chain(objectives.flat_map(|objective| objective.by))
        });
        let by = by.map(|label| (*label).to_owned());
        let alert = ["alertname".to_owned()].into_iter();
        unique(alert.chain(self.kept_labels()).chain(by))
    }

    /// Returns the rule that a fast burn silences the slow one of the same budget, if there are
    /// objectives. Objectives of one name in two programs differ in their indicator.
    fn inhibition(&self) -> Option<Inhibition> {
        let families = self.families();
        let objectives = families.metrics().flat_map(|metric| metric.objectives);
        let by: Vec<&[&str]> = objectives.map(|objective| objective.by).collect();
        if by.is_empty() {
            return None;
        }
        let by = by.into_iter().flatten().map(|label| (*label).to_owned());
        let identity = ["objective", "indicator"].map(str::to_owned).into_iter();
        let burning = |burn: &Burn| {
            let alerts = format!("alertname=~{:?}", burn.alerts());
            [alerts, "objective!=\"\"".to_owned()]
        };
        let [fast, slow] = BURNS;
        Some(Inhibition {
            source_matchers: burning(&fast),
            target_matchers: burning(&slow),
            equal: unique(identity.chain(self.kept_labels()).chain(by)),
        })
    }
}

impl Route {
    fn of(label: &str, value: &str, receiver: String) -> Self {
        Self {
            matchers: vec![equal(label, value)],
            receiver,
            group_wait: None,
            repeat_interval: None,
            routes: Vec::new(),
        }
    }
}

/// Returns a route for each severity of these alerts, except the usual one.
fn severities(alerts: &[&AlertRule], team: Option<&str>) -> Vec<Route> {
    let severities = values(alerts, "severity").into_iter();
    let severities = severities.filter(|severity| severity != USUAL);
    let routes = severities.map(|severity| {
        let is_urgent = URGENT.contains(&severity.as_str());
        let receiver = match team {
            Some(team) => format!("{team}-{severity}"),
            None => severity.clone(),
        };
        Route {
            group_wait: is_urgent.then_some("10s"),
            repeat_interval: is_urgent.then_some("1h"),
            ..Route::of("severity", &severity, receiver)
        }
    });
    routes.collect()
}

/// Adds the receivers of routes, each once.
fn add_receivers(routes: &[Route], receivers: &mut Vec<String>) {
    for route in routes {
        if !receivers.contains(&route.receiver) {
            receivers.push(route.receiver.clone());
        }
        add_receivers(&route.routes, receivers);
    }
}

/// Returns the values of a label, sorted.
fn values(alerts: &[&AlertRule], label: &str) -> BTreeSet<String> {
    let values = alerts.iter().filter_map(|alert| alert.labels.get(label));
    values.cloned().collect()
}

fn has(alert: &AlertRule, label: &str, value: &str) -> bool {
    alert.labels.get(label).is_some_and(|own| own == value)
}

fn equal(label: &str, value: &str) -> String {
    format!("{label}={value:?}")
}

fn unique(labels: impl Iterator<Item = String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for label in labels {
        if !unique.contains(&label) {
            unique.push(label);
        }
    }
    unique
}
