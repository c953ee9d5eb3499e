//! The alert that an objective cannot be measured: its calls are missing, or all its targets are
//! down.

use std::{collections::BTreeMap, time::Duration};

use super::recorded::{REQUESTS, all_calls, series};
use crate::{
    families::Families,
    numbers::duration,
    promql::{Expr, Grouping, Selector},
    rules::{AlertRule, owned},
    texts::labels_text,
    view::labels_in,
};
use glyph_core::catalog::ObjectiveDescriptor;

/// How long a job or an environment that reported calls is expected to report them again. A job
/// that was removed on purpose is forgotten then.
const MEMORY: Duration = Duration::from_secs(24 * 3600);

const SEVERITY: &str = "critical";

/// Returns the jobs and environments that had a series in the last day.
pub(super) fn remembered(series: Selector, by: &Grouping) -> Expr {
    let memory = Expr::Range(series, MEMORY.into());
    Expr::call("present_over_time", [memory]).aggregate("group", by.clone())
}

/// Returns the name of the alert.
pub(crate) fn alert(objective: &ObjectiveDescriptor) -> String {
    format!("{}Absent", objective.name)
}

/// Returns the labels that the rule sets on its alerts.
pub(crate) fn labels(objective: &ObjectiveDescriptor) -> BTreeMap<String, String> {
    super::alert_labels(objective, SEVERITY)
}

impl Families {
    /// Returns the rule of the alert, if the objective has one.
    pub(super) fn absence_rule(&self, objective: &ObjectiveDescriptor) -> Option<AlertRule> {
        let time = |time: Duration| (!time.is_zero()).then(|| duration(time));
        Some(AlertRule {
            alert: alert(objective),
            pending: time(objective.absent?),
            expr: self.absence(objective).to_string(),
            keep_firing_for: time(objective.keep_firing_for),
            labels: labels(objective),
            annotations: self.absence_annotations(objective),
        })
    }

    /// Returns the expression of the alert, evaluated for each job and each environment that
    /// reported calls.
    ///
    /// If the process exposes the calls from its start on, their absence is an error. Otherwise a
    /// process without calls is in order, and only the state of its targets counts: they are down,
    /// or left the service discovery.
    fn absence(&self, objective: &ObjectiveDescriptor) -> Expr {
        let by = Grouping::by(&self.grouping_labels(&[]));
        let recorded = || series(objective, REQUESTS);
        let memory = || Expr::Range(recorded(), MEMORY.into());
        let known = || remembered(recorded(), &by);
        let up = Expr::Instant(Selector::new("up")).aggregate("max", by.clone());
        let down = up.compared("==", 0.0).binary("and", known());
        if !self.reports_without_calls(objective) {
            // A process that pushes its metrics has no `up`.
            let signs = [
                Selector::new("up"),
                Selector::new("target_info"),
                recorded(),
            ];
            let signs = signs.map(Expr::Instant).into_iter();
            let signs = signs.reduce(|left, right| left.binary("or", right));
            let left = signs.map(|signs| {
                let there = signs.aggregate("group", by.clone());
                known().binary("unless", there)
            });
            return left
                .into_iter()
                .fold(down, |down, left| down.binary("or", left));
        }
        let now = Expr::Instant(recorded()).aggregate("group", by.clone());
        let gone = known().binary("unless", now);
        let never = Expr::call("absent_over_time", [memory()]);
        gone.binary("or", down).binary("or", never)
    }

    /// Returns whether a process exposes the calls of an objective before the first of them.
    pub(crate) fn reports_without_calls(&self, objective: &ObjectiveDescriptor) -> bool {
        let metric = self.find(all_calls(objective));
        metric.is_some_and(|metric| self.is_always_exposed(metric))
    }

    fn absence_annotations(&self, objective: &ObjectiveDescriptor) -> BTreeMap<String, String> {
        let targets = self.grouping_labels(&[]).into_iter();
        let targets: Vec<String> = targets.map(str::to_owned).collect();
        let name = objective.name;
        let summary = format!(
            "{name} cannot be measured{{{{ if $labels.job }}}}, for{{{{ end }}}}{}",
            labels_text(&targets)
        );
        let metric = all_calls(objective).metric;
        let description = format!(
            "No target is up, or no target exposes {metric}. The burn alerts of this objective \
             cannot fire until a target does."
        );
        let own = [
            ("summary", summary.as_str()),
            ("description", description.as_str()),
        ];
        let url = self.objective_url(objective, &[]);
        let link = url.as_deref().map(|url| ("dashboard_url", url));
        // The alert has no labels of calls.
        let written = objective.annotations.iter().copied();
        let written = written.filter(|(_, text)| {
            labels_in(text).all(|label| targets.iter().any(|own| own == label))
        });
        own.into_iter()
            .chain(link)
            .chain(written)
            .map(owned)
            .collect()
    }
}
