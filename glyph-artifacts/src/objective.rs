//! Recording rules and burn-rate alerts of objectives.
//!
//! Windows and rates follow "Alerting on SLOs" in Google's SRE workbook, section "Multiwindow,
//! Multi-Burn-Rate Alerts".

use std::{collections::BTreeMap, time::Duration};

use crate::{
    artifacts::Artifacts,
    families::Families,
    numbers::{duration, percent, rounded},
    promql::{Expr, Selector},
    rules::{AlertRule, Rule},
};
use glyph_core::__runtime::canonical;
use glyph_core::{
    Outcome,
    catalog::{Indicator, MetricDescriptor, ObjectiveDescriptor},
    label::LabelValues,
};

const MINUTES: u64 = 60;
const HOURS: u64 = 60 * MINUTES;
const DAYS: u64 = 24 * HOURS;

/// The windows of the recorded share of bad calls, in seconds.
const WINDOWS: [u64; 7] = [
    5 * MINUTES,
    30 * MINUTES,
    HOURS,
    2 * HOURS,
    6 * HOURS,
    DAYS,
    3 * DAYS,
];

/// A burn-rate alert, which fires if the error budget is spent too fast.
///
/// Each rate has a long window, which ignores short peaks, and a short one, which ends the alert
/// soon after its cause.
pub(super) struct Burn {
    /// The suffix of the alert's name, after the name of the objective.
    pub(super) suffix: &'static str,
    pub(super) severity: &'static str,
    summary: &'static str,
    /// The factor by which the budget is spent too fast, the short window and the long window.
    rates: [(f64, u64, u64); 2],
}

pub(super) const BURNS: [Burn; 2] = [
    Burn {
        suffix: "BurnsFast",
        severity: "critical",
        summary: "spends its error budget of 30 days within days",
        rates: [(14.4, 5 * MINUTES, HOURS), (6.0, 30 * MINUTES, 6 * HOURS)],
    },
    Burn {
        suffix: "BurnsSlowly",
        severity: "warning",
        summary: "spends its error budget of 30 days before they end",
        rates: [(3.0, 2 * HOURS, DAYS), (1.0, 6 * HOURS, 3 * DAYS)],
    },
];

impl Burn {
    /// Returns the name of the alert.
    pub(super) fn alert(&self, objective: &ObjectiveDescriptor) -> String {
        format!("{}{}", objective.name, self.suffix)
    }

    /// Returns the labels that the rule sets on its alerts.
    pub(super) fn labels(&self, objective: &ObjectiveDescriptor) -> BTreeMap<String, String> {
        [("objective", objective.name), ("severity", self.severity)]
            .into_iter()
            .map(super::rules::owned)
            .collect()
    }

    /// Returns the annotations of the alert.
    pub(super) fn annotations(&self, objective: &ObjectiveDescriptor) -> BTreeMap<String, String> {
        let summary = format!("{} {}", objective.name, self.summary);
        let aim = format!("The aim is {} of calls.", percent(objective.target));
        [("summary", summary.as_str()), ("description", aim.as_str())]
            .into_iter()
            .map(super::rules::owned)
            .collect()
    }

    /// Returns the expression of the alert; `None` if the alert can never fire.
    ///
    /// Rates that would need more than all calls to fail are omitted.
    fn condition(&self, objective: &ObjectiveDescriptor) -> Option<Expr> {
        let budget = budget(objective);
        let rates = self.rates.iter();
        let rates = rates.filter(|(factor, ..)| factor * budget < 1.0);
        rates
            .map(|(factor, short, long)| {
                let window = |window: u64| {
                    let limit = Expr::Number(*factor).binary("*", Expr::Number(budget));
                    recorded(objective, window).binary(">", limit)
                };
                window(*short).binary("and", window(*long))
            })
            .reduce(|left, right| left.binary("or", right))
    }
}

/// Returns the error budget: the share of calls that may be bad.
pub(super) fn budget(objective: &ObjectiveDescriptor) -> f64 {
    rounded(1.0 - objective.target)
}

/// Returns the recorded share of bad calls as an expression.
fn recorded(objective: &ObjectiveDescriptor, window: u64) -> Expr {
    Expr::Instant(recorded_series(objective, window))
}

fn recorded_series(objective: &ObjectiveDescriptor, window: u64) -> Selector {
    Selector::new(record_name(window)).equal("objective", [objective.name])
}

/// Returns the recorded shares that dashboards show, each with its window.
pub(super) fn recorded_over(
    objective: &ObjectiveDescriptor,
) -> impl Iterator<Item = (String, Selector)> {
    [HOURS, 3 * DAYS].into_iter().map(|window| {
        let name = duration(Duration::from_secs(window));
        (name, recorded_series(objective, window))
    })
}

/// Returns a name by Prometheus's convention for recording rules, `level:metric:operations`.
fn record_name(window: u64) -> String {
    let window = duration(Duration::from_secs(window));
    format!("objective:failures_per_request:ratio_rate{window}")
}

/// Returns the names of all recording rules of objectives.
pub(super) fn record_names() -> impl Iterator<Item = String> {
    WINDOWS.into_iter().map(record_name)
}

impl Families {
    /// Returns the recording rules and the alerts of an objective.
    pub(super) fn objective_rules(&self, objective: &ObjectiveDescriptor) -> Vec<Rule> {
        let recording = WINDOWS.map(|window| self.recording(objective, window));
        let alerts = BURNS.iter().filter_map(|burn| {
            Some(Rule::Alerting(AlertRule {
                alert: burn.alert(objective),
                expr: burn.condition(objective)?.to_string(),
                pending: None,
                labels: burn.labels(objective),
                annotations: burn.annotations(objective),
            }))
        });
        recording.into_iter().chain(alerts).collect()
    }

    /// Returns the rule that records the share of bad calls over a window.
    fn recording(&self, objective: &ObjectiveDescriptor, window: u64) -> Rule {
        let over = || Duration::from_secs(window).into();
        let by = &self.grouping_labels(objective.by);
        let share = match objective.indicator {
            Indicator::Latency { of, threshold } => {
                let fast = Self::bucket_series(of).equal("le", bounds(threshold));
                let fast = fast.rate(over()).sum_by(by);
                let all = self.value_series(of).rate(over()).sum_by(by);
                Expr::Number(1.0).binary("-", fast.per(all))
            }
            Indicator::Outcome { of } => {
                let bad = self.value_series(of);
                let bad = match self.find(of).and_then(outcome_label) {
                    Some(label) => bad.equal(label.name, label.bad),
                    None => bad,
                };
                let all = self.value_series(of).rate(over()).sum_by(by);
                bad.rate(over()).sum_by(by).per(all)
            }
            Indicator::Errors { errors, of } => {
                self.divided(errors, over(), by)
                    .per(self.divided(of, over(), by))
            }
        };
        Rule::Recording {
            record: record_name(window),
            expr: share.to_string(),
            labels: [("objective", objective.name)]
                .into_iter()
                .map(super::rules::owned)
                .collect(),
        }
    }
}

/// Returns a bucket bound as an `le` value, as scrapes expose it and as metrics from OTLP have it:
/// `1.0` and `1`.
fn bounds(bound: f64) -> Vec<String> {
    let (scraped, pushed) = (canonical(bound), bound.to_string());
    if scraped == pushed {
        vec![scraped]
    } else {
        vec![scraped, pushed]
    }
}

/// A label whose value depends on the outcome of a call.
pub(super) struct OutcomeLabel {
    pub(super) name: &'static str,
    /// The values of failed calls.
    pub(super) bad: Vec<&'static str>,
    /// The value of successful calls.
    pub(super) good: Option<&'static str>,
}

/// Returns the outcome label of a metric, if there is one.
pub(super) fn outcome_label(metric: &MetricDescriptor) -> Option<OutcomeLabel> {
    metric.labels.iter().find_map(|label| {
        let (LabelValues::Closed(values), Some(indices)) = (label.values, label.outcomes) else {
            return None;
        };
        let outcomes = Outcome::ALL.into_iter().zip(indices);
        let failed: Vec<usize> = outcomes
            .clone()
            .filter_map(|(outcome, index)| outcome.is_error().then_some(index))
            .collect();
        let mut outcomes = outcomes;
        let ok = outcomes.find_map(|(outcome, index)| (outcome == Outcome::Ok).then_some(index));
        let indexed = values.iter().enumerate();
        let bad = indexed.filter_map(|(index, value)| failed.contains(&index).then_some(*value));
        Some(OutcomeLabel {
            name: label.name,
            bad: bad.collect(),
            good: ok.and_then(|index| values.get(index)).copied(),
        })
    })
}

impl Artifacts {
    /// Returns the names of all alerts, including those of objectives.
    pub(super) fn alert_names(&self) -> Vec<String> {
        let families = self.families();
        let alerts = families.metrics().flat_map(|metric| metric.alerts);
        let own = alerts.map(|alert| alert.name.to_owned());
        let objectives = families.metrics().flat_map(|metric| metric.objectives);
        let burns = objectives.flat_map(|objective| {
            let burns = BURNS.iter();
            burns.filter_map(|burn| burn.condition(objective).map(|_| burn.alert(objective)))
        });
        own.chain(burns).collect()
    }
}
