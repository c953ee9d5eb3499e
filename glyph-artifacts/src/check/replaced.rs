//! Labels that a rule sets on its alerts, and that replace those which tell the alerts apart.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{families::Families, objective::absence_labels, problem::Problem, rules::alert_labels};
use glyph_core::catalog::{AlertDescriptor, Condition, Measure, Selection};

impl Families {
    /// Returns a problem for each label of an alert's series that the rule replaces. Prometheus
    /// rejects two alerts with the same labels.
    pub(super) fn replaced_labels(&self, alert: &AlertDescriptor) -> Vec<String> {
        let own = match alert.condition {
            Condition::Compare {
                measure: Measure::Value(of),
                ..
            } if alert.by.is_empty() && alert.aggregate.is_none() => self.value_labels(of),
            Condition::Absent { of, .. } => self.grouping_labels(&Families::matched_labels(of)),
            Condition::Compare { .. } => self.grouping_labels(alert.by),
            // Its author knows which labels it has.
            Condition::Expression { .. } => Vec::new(),
        };
        replaced(&alert_labels(alert), &own)
    }

    /// Returns the same problems of objectives.
    pub(super) fn replaced_labels_of_objectives(&self) -> Vec<Problem> {
        let objectives = self.metrics().flat_map(|metric| metric.objectives);
        let problems = objectives.flat_map(|objective| {
            let own = self.grouping_labels(objective.by);
            let messages = replaced(&absence_labels(objective), &own).into_iter();
            messages.map(|message| Problem {
                what: format!("objective `{}`", objective.name),
                file: Cow::Borrowed(objective.file),
                line: objective.line,
                message,
            })
        });
        problems.collect()
    }

    /// Returns the labels in which the series of a gauge differ.
    fn value_labels(&self, of: Selection) -> Vec<&str> {
        let matched = Families::matched_labels(of);
        let own = self.find(of).map_or(&[][..], |metric| metric.labels);
        let own = own.iter().map(|label| label.name);
        let own = own.filter(|label| !matched.contains(label));
        self.series_target_labels().chain(own).collect()
    }
}

fn replaced(set: &BTreeMap<String, String>, own: &[&str]) -> Vec<String> {
    let replaced = set.keys().filter(|label| own.contains(&label.as_str()));
    let messages = replaced.map(|label| {
        format!(
            "the rule sets label `{label}`, which tells its alerts apart: rename one of the two"
        )
    });
    messages.collect()
}
