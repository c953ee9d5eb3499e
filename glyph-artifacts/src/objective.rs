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
    texts::labels_text,
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

/// The days of an error budget.
const BUDGET_DAYS: u64 = 30;

/// The recorded rate of bad calls.
const FAILURES: &str = "objective:failures:rate5m";

/// The recorded rate of all calls.
const REQUESTS: &str = "objective:requests:rate5m";

/// The recorded share of the error budget that is left.
const BUDGET_LEFT: &str = "objective:budget_remaining:ratio_rate30d";

/// The start and the end of a sentence with a query.
const QUERY_START: &str = "{{ with printf ";
const QUERY_END: &str = "{{ end }}";

/// A burn-rate alert, which fires if the error budget is spent too fast.
///
/// Each rate has a long window, which ignores short peaks, and a short one, which ends the alert
/// soon after its cause.
pub(super) struct Burn {
    /// The suffix of the alert's name, after the name of the objective.
    pub(super) suffix: &'static str,
    pub(super) severity: &'static str,
    /// The time in which the budget is spent at the lowest rate.
    lasts: &'static str,
    /// The factor by which the budget is spent too fast, the short window and the long window.
    rates: [(f64, u64, u64); 2],
}

pub(super) const BURNS: [Burn; 2] = [
    Burn {
        suffix: "BurnsFast",
        severity: "critical",
        lasts: "5 days",
        rates: [(14.4, 5 * MINUTES, HOURS), (6.0, 30 * MINUTES, 6 * HOURS)],
    },
    Burn {
        suffix: "BurnsSlowly",
        severity: "warning",
        lasts: "30 days",
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
        let own = [("objective", objective.name), ("severity", self.severity)].into_iter();
        let labels = own.chain(objective.labels.iter().copied());
        labels.map(super::rules::owned).collect()
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
                // The value of the alert is how many times too fast the budget is spent.
                let window = |window: u64| {
                    let times = recorded(objective, window).per(Expr::Number(budget));
                    times.compared(">", *factor)
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

/// Returns the recorded share of the budget that is left.
pub(super) fn budget_left(objective: &ObjectiveDescriptor) -> Selector {
    Selector::new(BUDGET_LEFT).equal("objective", [objective.name])
}

/// Returns a name by Prometheus's convention for recording rules, `level:metric:operations`.
fn record_name(window: u64) -> String {
    let window = duration(Duration::from_secs(window));
    format!("objective:failures_per_request:ratio_rate{window}")
}

/// Returns the names of all recording rules of objectives.
pub(super) fn record_names() -> impl Iterator<Item = String> {
    let budget = [FAILURES, REQUESTS, BUDGET_LEFT].map(str::to_owned);
    WINDOWS.into_iter().map(record_name).chain(budget)
}

impl Families {
    /// Returns the recording rules and the alerts of an objective.
    pub(super) fn objective_rules(&self, objective: &ObjectiveDescriptor) -> Vec<Rule> {
        let recording = WINDOWS.map(|window| self.recording(objective, window));
        let left = self.budget_rules(objective);
        let time = |time: Duration| (!time.is_zero()).then(|| duration(time));
        let alerts = BURNS.iter().filter_map(|burn| {
            Some(Rule::Alerting(AlertRule {
                alert: burn.alert(objective),
                expr: burn.condition(objective)?.to_string(),
                pending: time(objective.pending),
                keep_firing_for: time(objective.keep_firing_for),
                labels: burn.labels(objective),
                annotations: self.burn_annotations(burn, objective),
            }))
        });
        recording.into_iter().chain(left).chain(alerts).collect()
    }

    /// Returns the rule that records the share of bad calls over a window.
    fn recording(&self, objective: &ObjectiveDescriptor, window: u64) -> Rule {
        let over = || Duration::from_secs(window).into();
        let by = &self.grouping_labels(objective.by);
        let share = match objective.indicator {
            Indicator::Latency { of, threshold } => {
                let fast = Self::bucket_series(of).equal("le", bounds(threshold));
                let fast = fast.rate(over()).sum_by(by);
                Expr::Number(1.0).binary("-", fast.per(self.requests(objective, window)))
            }
            Indicator::Outcome { .. } | Indicator::Errors { .. } => self
                .failures(objective, window)
                .per(self.requests(objective, window)),
        };
        recorded_rule(record_name(window), objective, &share)
    }

    /// Returns the rate of all calls of an objective.
    fn requests(&self, objective: &ObjectiveDescriptor, window: u64) -> Expr {
        let (Indicator::Latency { of, .. }
        | Indicator::Outcome { of }
        | Indicator::Errors { of, .. }) = objective.indicator;
        let over = Duration::from_secs(window).into();
        self.divided(of, over, &self.grouping_labels(objective.by))
    }

    /// Returns the rate of bad calls of an objective.
    fn failures(&self, objective: &ObjectiveDescriptor, window: u64) -> Expr {
        let over = || Duration::from_secs(window).into();
        let by = &self.grouping_labels(objective.by);
        match objective.indicator {
            Indicator::Latency { of, threshold } => {
                let fast = Self::bucket_series(of).equal("le", bounds(threshold));
                let all = self.requests(objective, window);
                all.binary("-", fast.rate(over()).sum_by(by))
            }
            Indicator::Outcome { of } => {
                let bad = self.value_series(of);
                let bad = match self.find(of).and_then(outcome_label) {
                    Some(label) => bad.equal(label.name, label.bad),
                    None => bad,
                };
                bad.rate(over()).sum_by(by)
            }
            Indicator::Errors { errors, .. } => self.divided(errors, over(), by),
        }
    }

    /// Returns the rules that record bad calls, all calls, and what is left of the budget.
    fn budget_rules(&self, objective: &ObjectiveDescriptor) -> [Rule; 3] {
        let window = WINDOWS[0];
        let sum = |name: &str| {
            let series = Selector::new(name).equal("objective", [objective.name]);
            let over = Duration::from_secs(BUDGET_DAYS * DAYS).into();
            Expr::call("sum_over_time", [Expr::Range(series, over)])
        };
        let spent = sum(FAILURES).per(sum(REQUESTS));
        let spent = spent.per(Expr::Number(budget(objective)));
        let left = Expr::Number(1.0).binary("-", spent);
        [
            recorded_rule(
                FAILURES.to_owned(),
                objective,
                &self.failures(objective, window),
            ),
            recorded_rule(
                REQUESTS.to_owned(),
                objective,
                &self.requests(objective, window),
            ),
            recorded_rule(BUDGET_LEFT.to_owned(), objective, &left),
        ]
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
        let (lasts, left) = (burn.lasts, left_text(objective, &labels));
        let description = format!(
            "The objective is {target} of calls in {BUDGET_DAYS} days. A budget that burns like \
             this lasts {lasts} at most.{left}"
        );
        let own = [
            ("summary", summary.as_str()),
            ("description", description.as_str()),
        ];
        let url = self.objective_url(objective);
        let link = url.as_deref().map(|url| ("dashboard_url", url));
        let all = own.into_iter().chain(link);
        let all = all.chain(objective.annotations.iter().copied());
        all.map(super::rules::owned).collect()
    }
}

/// Returns a sentence on what is left of the budget, as a template with a query.
fn left_text(objective: &ObjectiveDescriptor, labels: &[String]) -> String {
    let matchers = labels.iter().map(|label| format!(", {label}='%s'"));
    let matchers: String = matchers.collect();
    let values = labels.iter().map(|label| format!(" $labels.{label}"));
    let values: String = values.collect();
    let name = objective.name;
    format!(
        "{QUERY_START}\"{BUDGET_LEFT}{{objective='{name}'{matchers}}}\"{values} | query }}}} \
         {{{{ . | first | value | humanizePercentage }}}} of it is left.{QUERY_END}"
    )
}

/// Returns a text without the sentences that query Prometheus, which Grafana's templates cannot.
pub(super) fn without_queries(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, query)) = rest.split_once(QUERY_START) {
        kept.push_str(before);
        rest = query.split_once(QUERY_END).map_or("", |(_, after)| after);
    }
    kept + rest
}

fn recorded_rule(record: String, objective: &ObjectiveDescriptor, expr: &Expr) -> Rule {
    let labels = [("objective", objective.name)].into_iter();
    Rule::Recording {
        record,
        expr: expr.to_string(),
        labels: labels.map(super::rules::owned).collect(),
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
