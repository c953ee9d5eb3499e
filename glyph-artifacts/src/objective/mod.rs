//! Recording rules and alerts of objectives.
//!
//! The method is that of "Alerting on SLOs" in Google's SRE workbook, section "Multiwindow,
//! Multi-Burn-Rate Alerts".

mod absence;
mod burn;
mod interpolated;
mod outcome;
mod recorded;
mod recording;
mod target;

pub(super) use absence::{alert as absence_alert, labels as absence_labels};
pub(super) use burn::{BURNS, Burn, without_queries};
pub(super) use outcome::{OutcomeLabel, outcome_label};
pub(super) use recorded::{all_calls, budget, budget_left, record_names, recorded_over};
pub(super) use target::target_alert;

use std::collections::BTreeMap;

use crate::{artifacts::Artifacts, families::Families, rules::Rule};
use glyph_core::catalog::{MetricDescriptor, ObjectiveDescriptor};

impl Families {
    /// Returns the recording rules and the alerts of an objective. Rules come after those whose
    /// series they use: Prometheus evaluates the rules of a group in their order.
    pub(super) fn objective_rules(&self, objective: &ObjectiveDescriptor) -> Vec<Rule> {
        let burns = BURNS.iter();
        let burns = burns.filter_map(|burn| self.burn_rule(burn, objective));
        let alerts = burns.chain(self.absence_rule(objective));
        let recording = self.recording_rules(objective).into_iter();
        recording.chain(alerts.map(Rule::Alerting)).collect()
    }

    /// Returns whether every process exposes all series of a metric from its start on.
    pub(super) fn is_always_exposed(&self, metric: &MetricDescriptor) -> bool {
        let mut labels = metric.labels.iter();
        let is_closed = labels.all(|label| outcome::is_closed(label.values));
        is_closed && !metric.sparse && self.scope(metric).is_empty()
    }
}

/// Returns the labels that a rule sets on an alert of an objective.
fn alert_labels(objective: &ObjectiveDescriptor, severity: &str) -> BTreeMap<String, String> {
    let labels = recorded::identity(objective).into_iter();
    let labels = labels.chain([("severity", severity)]);
    let labels = labels.chain(objective.labels.iter().copied());
    labels.map(super::rules::owned).collect()
}

/// Returns the names of the alerts of an objective.
pub(super) fn alert_names(objective: &ObjectiveDescriptor) -> Vec<String> {
    let burns = BURNS.iter().filter(|burn| burn.can_fire(objective));
    let burns = burns.map(|burn| burn.alert(objective));
    let absence = objective.absent.map(|_| absence::alert(objective));
    burns.chain(absence).collect()
}

impl Artifacts {
    /// Returns the names of all alerts, including those of objectives.
    pub(super) fn alert_names(&self) -> Vec<String> {
        let families = self.families();
        let alerts = families.metrics().flat_map(|metric| metric.alerts);
        let own = alerts.map(|alert| alert.name.to_owned());
        let objectives = families.metrics().flat_map(|metric| metric.objectives);
        own.chain(objectives.flat_map(alert_names)).collect()
    }
}
