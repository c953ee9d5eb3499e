//! Objectives as recording rules and as alerts on how fast their budget burns.
//!
//! Windows and rates follow "Alerting on SLOs" in Google's SRE workbook, "Multiwindow, Multi-Burn-Rate Alerts".

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

/// The windows that the share of bad calls is recorded over, in seconds.
const WINDOWS: [u64; 7] = [
    5 * MINUTES,
    30 * MINUTES,
    HOURS,
    2 * HOURS,
    6 * HOURS,
    DAYS,
    3 * DAYS,
];

/// An alert on burning so many times faster than the budget allows, by a long window and, so that it ends
/// soon after the cause, a short one.
pub(super) struct Burn {
    pub(super) suffix: &'static str,
    pub(super) severity: &'static str,
    summary: &'static str,
    /// Factor, short window, long window.
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
    pub(super) fn alert(&self, objective: &ObjectiveDescriptor) -> String {
        format!("{}{}", objective.name, self.suffix)
    }

    /// The labels that the rule gives its alerts.
    pub(super) fn labels(&self, objective: &ObjectiveDescriptor) -> BTreeMap<String, String> {
        [("objective", objective.name), ("severity", self.severity)]
            .into_iter()
            .map(super::rules::owned)
            .collect()
    }

    pub(super) fn annotations(&self, objective: &ObjectiveDescriptor) -> BTreeMap<String, String> {
        let summary = format!("{} {}", objective.name, self.summary);
        let aim = format!("The aim is {} of calls.", percent(objective.target));
        [("summary", summary.as_str()), ("description", aim.as_str())]
            .into_iter()
            .map(super::rules::owned)
            .collect()
    }

    /// When it fires; a rate that more than all calls would have to fail for is left out.
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

/// The share of calls that may be bad.
pub(super) fn budget(objective: &ObjectiveDescriptor) -> f64 {
    rounded(1.0 - objective.target)
}

/// The recorded share of bad calls.
fn recorded(objective: &ObjectiveDescriptor, window: u64) -> Expr {
    Expr::Instant(recorded_series(objective, window))
}

fn recorded_series(objective: &ObjectiveDescriptor, window: u64) -> Selector {
    Selector::new(record_name(window)).equal("objective", [objective.name])
}

/// The recorded shares that are worth a look, and over what time each is.
pub(super) fn recorded_over(
    objective: &ObjectiveDescriptor,
) -> impl Iterator<Item = (String, Selector)> {
    [HOURS, 3 * DAYS].into_iter().map(|window| {
        let name = duration(Duration::from_secs(window));
        (name, recorded_series(objective, window))
    })
}

/// A name by Prometheus's convention for recording rules, `level:metric:operations`.
fn record_name(window: u64) -> String {
    let window = duration(Duration::from_secs(window));
    format!("objective:failures_per_request:ratio_rate{window}")
}

/// Every name that objectives are recorded by.
pub(super) fn record_names() -> impl Iterator<Item = String> {
    WINDOWS.into_iter().map(record_name)
}

impl Families {
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

    fn recording(&self, objective: &ObjectiveDescriptor, window: u64) -> Rule {
        let over = || Duration::from_secs(window).into();
        let by = &self.apart(objective.by);
        let share = match objective.indicator {
            Indicator::Latency { of, threshold } => {
                let fast = Self::buckets(of).equal("le", bounds(threshold));
                let fast = fast.rate(over()).sum_by(by);
                let all = self.counted(of).rate(over()).sum_by(by);
                Expr::Number(1.0).binary("-", fast.per(all))
            }
            Indicator::Outcome { of } => {
                let bad = self.counted(of);
                let bad = match self.find(of).and_then(outcome_label) {
                    Some(label) => bad.equal(label.name, label.bad),
                    None => bad,
                };
                let all = self.counted(of).rate(over()).sum_by(by);
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

/// A bucket bound as the page has it, and as it is written where it came by OTLP: `1.0` and `1`.
fn bounds(bound: f64) -> Vec<String> {
    let (page, plain) = (canonical(bound), bound.to_string());
    if page == plain {
        vec![page]
    } else {
        vec![page, plain]
    }
}

/// The label that tells how calls ended.
pub(super) struct OutcomeLabel {
    pub(super) name: &'static str,
    pub(super) bad: Vec<&'static str>,
    pub(super) good: Option<&'static str>,
}

pub(super) fn outcome_label(metric: &MetricDescriptor) -> Option<OutcomeLabel> {
    metric.labels.iter().find_map(|label| {
        let (LabelValues::Closed(values), Some(digits)) = (label.values, label.outcomes) else {
            return None;
        };
        let ends = Outcome::ALL.into_iter().zip(digits);
        let failed: Vec<usize> = ends
            .clone()
            .filter_map(|(outcome, digit)| outcome.is_error().then_some(digit))
            .collect();
        let mut ends = ends;
        let went_well = ends.find_map(|(outcome, digit)| (outcome == Outcome::Ok).then_some(digit));
        let numbered = values.iter().enumerate();
        let bad = numbered.filter_map(|(digit, value)| failed.contains(&digit).then_some(*value));
        Some(OutcomeLabel {
            name: label.name,
            bad: bad.collect(),
            good: went_well.and_then(|digit| values.get(digit)).copied(),
        })
    })
}

impl Artifacts {
    /// The names of all alerts, those of objectives among them.
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
