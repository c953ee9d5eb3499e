//! Alerts that an error budget is spent too fast.

use std::{collections::BTreeMap, time::Duration};

use super::recorded::{REQUESTS, budget, budget_remaining, burn_rate, identity, series};
use crate::{
    families::Families,
    numbers::{duration, percent, rounded},
    promql::{Expr, Window},
    rules::AlertRule,
    texts::labels_text,
};
use glyph_core::catalog::{BurnWindows, ObjectiveDescriptor};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// The start and the end of a sentence with a query.
const QUERY_START: &str = "{{ with printf ";
pub(super) const QUERY_END: &str = "{{ end }}";

/// An alert that fires if the error budget is spent too fast.
pub(crate) struct Burn {
    /// The suffix of the alert's name, after the name of the objective.
    suffix: &'static str,
    severity: &'static str,
    declared: fn(&ObjectiveDescriptor) -> &'static [BurnWindows],
}

pub(crate) const BURNS: [Burn; 2] = [
    Burn {
        suffix: "BurnsFast",
        severity: "critical",
        declared: |objective| objective.fast,
    },
    Burn {
        suffix: "BurnsSlowly",
        severity: "warning",
        declared: |objective| objective.slow,
    },
];

impl Burn {
    /// Returns the name of the alert.
    pub(crate) fn alert(&self, objective: &ObjectiveDescriptor) -> String {
        format!("{}{}", objective.name, self.suffix)
    }

    /// Returns a regular expression for the names of these alerts of all objectives.
    pub(crate) fn alerts(&self) -> String {
        format!(".+{}", self.suffix)
    }

    /// Returns the labels that the rule sets on its alerts.
    pub(crate) fn labels(&self, objective: &ObjectiveDescriptor) -> BTreeMap<String, String> {
        super::alert_labels(objective, self.severity)
    }

    /// Returns the windows of the alert. Burn rates that are not reached even if all calls fail are
    /// omitted: with a low target, some default rates are such.
    pub(crate) fn windows(
        &self,
        objective: &ObjectiveDescriptor,
    ) -> impl Iterator<Item = &'static BurnWindows> + use<> {
        let (budget, windows) = (budget(objective), (self.declared)(objective));
        let windows = windows.iter();
        windows.filter(move |windows| windows.factor * budget < 1.0)
    }

    /// Returns whether the alert can fire at all.
    pub(crate) fn can_fire(&self, objective: &ObjectiveDescriptor) -> bool {
        self.windows(objective).next().is_some()
    }

    /// Returns the expression of the alert, whose value is how many times too fast the budget is
    /// spent; `None` if the alert can never fire.
    fn condition(&self, objective: &ObjectiveDescriptor) -> Option<Expr> {
        let windows = self.windows(objective).map(|windows| {
            let burns = |window| {
                let rate = Expr::Instant(series(objective, burn_rate(window)));
                rate.compared(">", windows.factor)
            };
            let both = burns(windows.short).binary("and", burns(windows.long));
            match enough_requests(objective, windows.long) {
                Some(enough) => both.binary("and", enough),
                None => both,
            }
        });
        windows.reduce(|left, right| left.binary("or", right))
    }

    /// Returns the time in which the budget is spent at the lowest rate of the alert.
    fn lasts(&self, objective: &ObjectiveDescriptor) -> String {
        let factors = self.windows(objective).map(|windows| windows.factor);
        let lowest = factors.reduce(f64::min).unwrap_or(1.0);
        time_text(objective.period.as_secs_f64() / lowest)
    }
}

/// Returns the condition that a window has the least number of calls, if the objective has one. The
/// number is the sum of the rates, one for each minute: a series that is younger than the window has
/// the calls since its start, and calls that nobody recorded do not count.
fn enough_requests(objective: &ObjectiveDescriptor, window: Duration) -> Option<Expr> {
    let least = objective.min_requests;
    let least: f64 = Some(least)
        .filter(|least| *least > 0)?
        .to_string()
        .parse()
        .ok()?;
    let window = Window::from(window).stepped(MINUTE);
    let rates = Expr::Range(series(objective, REQUESTS), window);
    let calls = Expr::call("sum_over_time", [rates]);
    let calls = calls.binary("*", Expr::Number(MINUTE.as_secs_f64()));
    Some(calls.compared(">=", least))
}

impl Families {
    /// Returns the rule of an alert; `None` if it can never fire.
    pub(super) fn burn_rule(
        &self,
        burn: &Burn,
        objective: &ObjectiveDescriptor,
    ) -> Option<AlertRule> {
        let time = |time: Duration| (!time.is_zero()).then(|| duration(time));
        Some(AlertRule {
            alert: burn.alert(objective),
            expr: burn.condition(objective)?.to_string(),
            pending: time(objective.pending),
            keep_firing_for: time(objective.keep_firing_for),
            labels: burn.labels(objective),
            annotations: self.burn_annotations(burn, objective),
        })
    }

    /// Returns the annotations of the alert: which objective, how fast, and how much is left.
    fn burn_annotations(
        &self,
        burn: &Burn,
        objective: &ObjectiveDescriptor,
    ) -> BTreeMap<String, String> {
        let labels = self.grouping_labels(objective.by).into_iter();
        let mut labels: Vec<String> = labels.map(str::to_owned).collect();
        labels.sort_by_key(|label| !self.is_target(label));
        let name = objective.name;
        let summary = format!(
            "{name} spends its error budget {{{{ $value | humanize }}}} times too fast, for{}",
            labels_text(&labels)
        );
        let target = percent(objective.target);
        let period = time_text(objective.period.as_secs_f64());
        let (lasts, left) = (burn.lasts(objective), left_text(objective, &labels));
        let description = format!(
            "The objective is {target} of calls in {period}. A budget that burns like this lasts \
             {lasts} at most.{left}"
        );
        let own = [
            ("summary", summary.as_str()),
            ("description", description.as_str()),
        ];
        let url = self.objective_url(objective, objective.by);
        let link = url.as_deref().map(|url| ("dashboard_url", url));
        let all = own.into_iter().chain(link);
        let all = all.chain(objective.annotations.iter().copied());
        all.map(crate::rules::owned).collect()
    }
}

/// Returns a sentence on what is left of the budget, as a template with a query.
fn left_text(objective: &ObjectiveDescriptor, labels: &[String]) -> String {
    let left = query(
        &budget_remaining(objective),
        &identity(objective),
        labels,
        "",
    );
    format!("{left} {{{{ . | first | value | humanizePercentage }}}} of it is left.{QUERY_END}")
}

/// Returns the start of a sentence with the result of a query: the series with these labels, and
/// with the labels of the alert, then `rest`. Values are quoted, as they can have any letters.
pub(super) fn query(series: &str, fixed: &[(&str, &str)], labels: &[String], rest: &str) -> String {
    let fixed = fixed
        .iter()
        .map(|(label, value)| format!("{label}='{value}'"));
    let matchers = labels.iter().map(|label| format!("{label}=%q"));
    let matchers: Vec<String> = fixed.chain(matchers).collect();
    let values = labels.iter().map(|label| format!(" $labels.{label}"));
    let values: String = values.collect();
    let matchers = matchers.join(", ");
    format!("{QUERY_START}\"{series}{{{matchers}}}{rest}\"{values} | query }}}}")
}

/// Returns a text without the sentences that query Prometheus, which Grafana's templates cannot.
pub(crate) fn without_queries(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, query)) = rest.split_once(QUERY_START) {
        kept.push_str(before);
        rest = query.split_once(QUERY_END).map_or("", |(_, after)| after);
    }
    kept + rest
}

/// Returns a time as a person says it: `30 days`, `4.7 days`, `36 hours`.
fn time_text(seconds: f64) -> String {
    let (amount, unit) = if seconds < 2.0 * DAY {
        (seconds / HOUR, "hours")
    } else {
        (seconds / DAY, "days")
    };
    format!("{} {unit}", rounded((amount * 10.0).round() / 10.0))
}
