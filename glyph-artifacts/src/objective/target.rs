//! The alert that a replica is down while others serve.
//!
//! It is one alert for all objectives of a program, as a replica is down for all of them.

use std::{collections::BTreeMap, time::Duration};

use super::{
    absence::remembered,
    burn::{QUERY_END, query},
    recorded::{REQUESTS, all_calls},
};
use crate::{
    artifacts::Artifacts,
    families::{Families, INSTANCE},
    numbers::duration,
    promql::{Expr, Grouping, Selector},
    rules::{AlertRule, Rule, RuleGroup, owned},
    texts::labels_text,
};
use glyph_core::catalog::ObjectiveDescriptor;

const SEVERITY: &str = "warning";

/// Returns the name of the alert of a program.
pub(crate) fn target_alert(subject: &str) -> String {
    let words = subject.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words = words.map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        first.to_ascii_uppercase() + rest
    });
    words.collect::<String>() + "TargetDown"
}

impl Artifacts {
    /// Returns the name of the alert.
    pub(crate) fn target_alert(&self) -> String {
        target_alert(&self.subject())
    }

    /// Returns the group with the rule of the alert. It is empty if no objective watches its
    /// targets.
    pub(crate) fn target_group(&self, families: &Families) -> RuleGroup {
        let rule = families.target_rule(self.target_alert());
        RuleGroup {
            name: format!("{}.targets", self.subject()),
            interval: families.rule_interval().map(duration),
            rules: rule.map(Rule::Alerting).into_iter().collect(),
        }
    }
}

impl Families {
    /// Returns the objectives that watch their targets.
    pub(crate) fn watching_objectives(&self) -> impl Iterator<Item = &'static ObjectiveDescriptor> {
        let objectives = self.metrics().flat_map(|metric| metric.objectives);
        objectives.filter(|objective| objective.absent.is_some())
    }

    /// Returns how long a target must be down: the shortest time for which calls must be missing.
    pub(crate) fn target_pending(&self) -> Option<Duration> {
        self.watching_objectives()
            .filter_map(|objective| objective.absent)
            .min()
    }

    /// Returns the labels that the rule sets on its alerts: those that all objectives have.
    pub(crate) fn target_labels_of_rule(&self) -> BTreeMap<String, String> {
        let mut objectives = self.watching_objectives();
        let first = objectives.next().map_or(&[][..], |first| first.labels);
        let rest: Vec<_> = objectives.collect();
        let shared = first.iter().copied();
        let shared = shared.filter(|label| rest.iter().all(|other| other.labels.contains(label)));
        [("severity", SEVERITY)]
            .into_iter()
            .chain(shared)
            .map(owned)
            .collect()
    }

    fn target_rule(&self, alert: String) -> Option<AlertRule> {
        let pending = self.target_pending()?;
        let targets = self.grouping_labels(&[]);
        Some(AlertRule {
            alert,
            pending: (!pending.is_zero()).then(|| duration(pending)),
            expr: self.target_down(&targets).to_string(),
            keep_firing_for: None,
            labels: self.target_labels_of_rule(),
            annotations: self.target_annotations(&targets),
        })
    }

    /// Returns the shortest interval of rules that a catalog sets.
    fn rule_interval(&self) -> Option<Duration> {
        let catalogs = self.catalogs().iter();
        catalogs.filter_map(|catalog| catalog.rule_interval).min()
    }

    /// Returns the number of targets that are down, for each job and environment that reported calls
    /// in the last day and has another target that is up.
    fn target_down(&self, targets: &[&str]) -> Expr {
        let by = Grouping::by(targets);
        let mut indicators: Vec<&str> = Vec::new();
        for objective in self.watching_objectives() {
            let indicator = all_calls(objective).metric;
            if !indicators.contains(&indicator) {
                indicators.push(indicator);
            }
        }
        let calls = Selector::new(REQUESTS).equal("indicator", indicators);
        let up = || Expr::Instant(Selector::new("up"));
        let down = up().compared("==", 0.0).aggregate("count", by.clone());
        let others = up().aggregate("max", by.clone()).compared("==", 1.0);
        down.binary("and", others)
            .binary("and", remembered(calls, &by))
    }

    fn target_annotations(&self, targets: &[&str]) -> BTreeMap<String, String> {
        let targets: Vec<String> = targets.iter().map(|label| (*label).to_owned()).collect();
        let summary = format!(
            "targets that are down while others are up: {{{{ $value }}}}, for{}",
            labels_text(&targets)
        );
        let down = query("up", &[], &targets, " == 0");
        let description = format!(
            "Prometheus cannot scrape them. Requests may fail until the others take over.{down} One of \
             them is {{{{ . | first | label \"{INSTANCE}\" }}}}.{QUERY_END}"
        );
        let first = self.watching_objectives().next();
        let url = first.and_then(|objective| self.objective_url(objective, &[]));
        let own = [("summary", summary), ("description", description)].into_iter();
        own.chain(url.map(|url| ("dashboard_url", url)))
            .map(|(name, text)| (name.to_owned(), text))
            .collect()
    }
}
