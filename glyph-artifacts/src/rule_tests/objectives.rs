//! Cases of objectives: calls that meet or miss them, and calls that are missing.

use std::{collections::BTreeMap, time::Duration};

use super::{
    ExprTest, TestCase, Tests, firing_test,
    load::{Change, Load, only},
    measures::{WHOLE, value_series_name},
};
use crate::{
    families::{Families, INSTANCE},
    objective::{BURNS, Burn, absence_alert, absence_labels, all_calls, budget, outcome_label},
};
use glyph_core::catalog::{Indicator, ObjectiveDescriptor};

/// The time of evaluation, at which the rates over all windows have samples.
const SETTLED: Duration = Duration::from_secs(20 * 60);

/// The time after their end at which calls are missing: the rates have a window of five minutes.
const MISSING: Duration = Duration::from_secs(8 * 60);

/// Calls of an objective, and which alerts they make fire.
struct Calls {
    /// The end of the case's name.
    what: &'static str,
    /// The share of bad calls.
    bad: f64,
    /// The number of calls in relation to the usual load of tests.
    scale: f64,
    fires: [bool; 2],
}

impl Families {
    pub(super) fn objective_cases(&self, objective: &ObjectiveDescriptor) -> Vec<TestCase> {
        let calls = calls(objective).into_iter();
        let burns = calls.filter_map(|calls| self.calls_case(objective, &calls));
        burns.chain(self.missing_cases(objective)).collect()
    }

    fn calls_case(&self, objective: &ObjectiveDescriptor, calls: &Calls) -> Option<TestCase> {
        let load = self.objective_load(objective, calls.bad)?;
        let load = load.scaled(calls.scale);
        let at = evaluated_at(objective);
        let fires = BURNS.iter().zip(calls.fires);
        let fires = fires.map(|(burn, fires)| {
            let firing = fires.then_some(&load.labels);
            firing_test(
                &burn.alert(objective),
                burn_labels(burn, objective, firing),
                at,
            )
        });
        let present = objective.absent.map(|_| absence_test(objective, None, at));
        let tests = Tests {
            promql_expr_test: fires.chain(present).collect(),
            ..Tests::default()
        };
        Some(load.case(format!("{} {}", objective.name, calls.what), tests, at))
    }

    /// Returns the cases in which the calls end: the target is up, is down, or left the service
    /// discovery.
    fn missing_cases(&self, objective: &ObjectiveDescriptor) -> Vec<TestCase> {
        let Some(pending) = objective.absent else {
            return Vec::new();
        };
        let at = SETTLED + MISSING + pending;
        let cases = [
            ("has no calls", Some(1.0)),
            ("has no target that is up", Some(0.0)),
            ("has no target", None),
        ];
        let cases = cases.into_iter().filter_map(|(what, up)| {
            let load = self.objective_load(objective, 0.0)?.ending(SETTLED);
            let of = all_calls(objective);
            let names: Vec<&str> = self.series_target_labels().collect();
            let target = only(&self.labels_inside(self.find(of)?, of), &names);
            let load = match up {
                Some(up) => load.with("up", &target, Change::Constant(up)),
                None => load.with("up", &target, Change::Ending(0.0, SETTLED)),
            };
            let fires = up.is_none_or(|up| up < 1.0) || self.reports_without_calls(objective);
            let kept = only(&target, &self.grouping_labels(&[]));
            let tests = Tests {
                promql_expr_test: vec![absence_test(objective, fires.then_some(kept), at)],
                ..Tests::default()
            };
            Some(load.case(format!("{} {what}", objective.name), tests, at))
        });
        cases.collect()
    }

    /// Returns the cases of the alert that a target is down: one of two is, none is, both are.
    pub(super) fn target_cases(&self, alert: &str) -> Vec<TestCase> {
        let Some(pending) = self.target_pending() else {
            return Vec::new();
        };
        let at = SETTLED + pending;
        let cases = [
            ("fires", [1.0, 0.0]),
            ("stays quiet", [1.0, 1.0]),
            ("stays quiet if no target is up", [0.0, 0.0]),
        ];
        let cases = cases.into_iter().filter_map(|(what, up)| {
            let objective = self.watching_objectives().next()?;
            let of = all_calls(objective);
            let names: Vec<&str> = self.series_target_labels().collect();
            let mut target = only(&self.labels_inside(self.find(of)?, of), &names);
            let kept = only(&target, &self.grouping_labels(&[]));
            let mut load = self.objective_load(objective, 0.0)?;
            for (instance, up) in ["first", "second"].into_iter().zip(up) {
                target.insert(INSTANCE.to_owned(), instance.to_owned());
                load = load.with("up", &target, Change::Constant(up));
            }
            let mut labels = kept;
            labels.extend(self.target_labels_of_rule());
            let tests = Tests {
                promql_expr_test: vec![firing_test(alert, (what == "fires").then_some(labels), at)],
                ..Tests::default()
            };
            Some(load.case(format!("{alert} {what}"), tests, at))
        });
        cases.collect()
    }

    /// Returns the share of calls up to each bucket bound, so that the share `good` is fast enough. Calls
    /// that are not in the bucket around the threshold are at its lower bound or above all bounds.
    fn latency_shares(
        &self,
        objective: &ObjectiveDescriptor,
        threshold: f64,
        good: f64,
    ) -> impl Fn(f64) -> f64 + use<> {
        let around = self.bucket_around(objective);
        let [first, next] = around.map_or([threshold; 2], |bucket| [bucket.lower, bucket.upper]);
        let [at_first, from_next] = around.map_or([good; 2], |bucket| {
            shares_around(bucket.share_up_to(threshold), good)
        });
        move |bound| {
            if bound < first {
                0.0
            } else if bound < next {
                at_first
            } else {
                from_next
            }
        }
    }

    /// Returns series of calls of which the share `bad` is bad.
    fn objective_load(&self, objective: &ObjectiveDescriptor, bad: f64) -> Option<Load> {
        let over = Duration::from_secs(300);
        let by = &self.grouping_labels(objective.by);
        match objective.indicator {
            Indicator::Latency { of, threshold, .. } => {
                let share = self.latency_shares(objective, threshold, 1.0 - bad);
                Some(self.histogram_load(self.find(of)?, of, over, by, share))
            }
            Indicator::Errors { errors, of } => self.ratio_load(errors, of, bad, over, by),
            Indicator::Outcome { of } => {
                let metric = self.find(of)?;
                let label = outcome_label(metric)?;
                let mut labels = self.labels_inside(metric, of);
                let mut load = Load::new(over, only(&labels, by));
                let ends = [(label.bad.first().copied(), bad), (label.good, 1.0 - bad)];
                for (value, share) in ends {
                    labels.insert(label.name.to_owned(), value?.to_owned());
                    load = load.with(
                        &value_series_name(metric),
                        &labels,
                        Change::Rate(WHOLE * share),
                    );
                }
                Some(load)
            }
        }
    }
}

/// Returns the shares of calls up to the lower and the upper bound of a bucket, of which `part` is up to
/// the threshold, so that the share `good` of all calls is. As many calls as possible are in the bucket.
fn shares_around(part: f64, good: f64) -> [f64; 2] {
    let bad = 1.0 - good;
    if bad > 1.0 - part {
        [0.0, good / part]
    } else {
        [1.0 - bad / (1.0 - part), 1.0]
    }
}

/// Returns calls that all fail, those that burn the budget a little faster and slower than an alert
/// allows, and those that are too few.
fn calls(objective: &ObjectiveDescriptor) -> Vec<Calls> {
    let budget = budget(objective);
    let factors: Vec<f64> = BURNS
        .iter()
        .flat_map(|burn| burn.windows(objective))
        .map(|windows| windows.factor)
        .collect();
    let Some(lowest) = factors.iter().copied().reduce(f64::min) else {
        return Vec::new();
    };
    let lasts = evaluated_at(objective);
    let case = |what, bad: f64, requests: Option<f64>| Calls {
        what,
        bad,
        scale: requests.map_or(1.0, |requests| requests / WHOLE),
        fires: BURNS.map(|burn| {
            let mut windows = burn.windows(objective);
            windows.any(|windows| {
                let rate = requests.unwrap_or(WHOLE);
                let calls = rate * windows.long.min(lasts).as_secs_f64();
                bad > windows.factor * budget && calls >= least(objective)
            })
        }),
    };
    // Not at the rate of another window, where rounding decides.
    let is_apart = |share: &f64| {
        let mut factors = factors.iter();
        factors.all(|factor| (factor * budget / share - 1.0).abs() > 0.05)
    };
    let above = [1.6, 1.3, 1.15].map(|times| times * lowest * budget);
    let above = above
        .into_iter()
        .filter(|share| *share < 1.0)
        .find(is_apart);
    let long = BURNS.iter().flat_map(|burn| burn.windows(objective));
    let shortest = long.map(|windows| windows.long).min();
    let shortest = shortest.map_or(lasts, |window| window.min(lasts));
    let enough = 2.0 * least(objective) / shortest.as_secs_f64();
    let usual = (enough > WHOLE).then_some(enough);
    let mut cases = vec![case("fails altogether", 1.0, usual)];
    cases.extend(above.map(|bad| case("burns its budget", bad, usual)));
    cases.push(case("keeps its budget", lowest * budget / 2.0, usual));
    if objective.min_requests > 0 {
        // At this rate, a whole window of most objectives would have enough.
        let few = least(objective) / lasts.as_secs_f64() / 2.0;
        cases.push(case("fails with too few calls", 1.0, Some(few)));
    }
    cases
}

/// Returns the time after the first call at which alerts are evaluated.
fn evaluated_at(objective: &ObjectiveDescriptor) -> Duration {
    SETTLED + objective.pending.max(objective.absent.unwrap_or_default())
}

/// Returns the least number of calls.
fn least(objective: &ObjectiveDescriptor) -> f64 {
    objective.min_requests.to_string().parse().unwrap_or(0.0)
}

fn burn_labels(
    burn: &Burn,
    objective: &ObjectiveDescriptor,
    firing: Option<&BTreeMap<String, String>>,
) -> Option<BTreeMap<String, String>> {
    firing.map(|own| {
        let mut labels = own.clone();
        labels.extend(burn.labels(objective));
        labels
    })
}

fn absence_test(
    objective: &ObjectiveDescriptor,
    firing: Option<BTreeMap<String, String>>,
    at: Duration,
) -> ExprTest {
    let labels = firing.map(|mut own| {
        own.extend(absence_labels(objective));
        own
    });
    firing_test(&absence_alert(objective), labels, at)
}
