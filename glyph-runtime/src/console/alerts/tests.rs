//! Each form of alert over moved time: inactive, pending, firing, resolved.

mod objectives;

use std::time::{Duration, Instant, SystemTime};

use glyph_core::catalog::Registry;
use serde_json::{Value, json};

use super::{Alerts, Now};
use crate::{Catalog, Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

const BUDGET: usize = 1 << 20;

/// The time between two evaluations.
const STEP: Duration = Duration::from_secs(15);

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(crate = crate)]
enum Kind {
    Good,
    Bad,
}

#[derive(LabelSet)]
#[label(crate = crate)]
struct OfKind {
    kind: Kind,
}

#[derive(LabelSet)]
#[label(crate = crate)]
struct Host<'a> {
    #[label(max = 50)]
    host: &'a str,
}

#[metric_catalog(namespace = "forms_value", crate = crate)]
struct ValueForm {
    /// Used share of a disk.
    #[metric(unit = ratio)]
    #[alert(DiskFull, > 80%, for = 30s, severity = critical, keep_firing_for = 30s)]
    disk: Gauge<OfKind>,
    /// Sessions.
    #[alert(NoSessions, == 0, aggregate = sum, severity = warning)]
    sessions: Gauge<OfKind>,
}

#[metric_catalog(namespace = "forms_quantile", crate = crate)]
struct QuantileForm {
    /// Time of a call.
    #[metric(unit = seconds, buckets = [100ms, 1s, 10s])]
    #[alert(Slow, p95 > 1s, over = 1m, for = 30s, by(kind))]
    duration: Histogram<OfKind>,
}

#[metric_catalog(namespace = "forms_rate", crate = crate)]
struct RateForm {
    /// Calls.
    #[alert(ManyBad, rate{kind = bad} > 0.5/s, over = 1m, for = 15s)]
    calls: Counter<OfKind>,
}

#[metric_catalog(namespace = "forms_increase", crate = crate)]
struct IncreaseForm {
    /// Restarts.
    #[alert(Restarts, increase(1m) > 3)]
    restarts: Counter,
}

#[metric_catalog(namespace = "forms_ratio", crate = crate)]
struct RatioForm {
    /// Answers.
    #[alert(BadAnswers, share(kind = bad) > 50%, over = 1m)]
    answers: Counter<OfKind>,
    /// Jobs that wait.
    #[alert(QueueFull, ratio(self / capacity) > 80%)]
    waiting: Gauge,
    /// Jobs that fit.
    capacity: Gauge,
}

#[metric_catalog(namespace = "forms_absent", crate = crate)]
struct AbsentForm {
    /// Backups.
    #[alert(NoBackups, absent(1m){host = "vault"}, for = 15s)]
    backups: Counter<Host<'_>>,
}

#[metric_catalog(namespace = "forms_expression", crate = crate)]
struct ExpressionForm {
    /// Visits.
    #[alert(Written, expr = "forms_expression_visits_total > 3")]
    visits: Counter,
}

/// The alerts of one catalog, and the time of their last evaluation.
struct Clock {
    alerts: Alerts,
    now: Now,
}

impl Clock {
    /// Evaluates the alerts of a catalog for the first time.
    fn start(catalog: &'static dyn glyph_core::__runtime::AnyCatalog) -> Self {
        let registry = Registry::new([catalog]).unwrap();
        let mut clock = Self {
            alerts: Alerts::new(&registry, BUDGET),
            now: Now {
                at: Instant::now(),
                time: SystemTime::now(),
            },
        };
        clock.alerts.evaluate(clock.now);
        clock
    }

    /// Evaluates the alerts a step later.
    fn step(&mut self) {
        self.now.at += STEP;
        self.now.time += STEP;
        self.alerts.evaluate(self.now);
    }

    fn alert(&self, name: &str) -> Value {
        let list = serde_json::to_value(self.alerts.list()).unwrap();
        let mut alerts = list["alerts"].as_array().unwrap().iter();
        alerts.find(|alert| alert["name"] == name).unwrap().clone()
    }

    /// Returns the first letter of an alert's state.
    fn state(&self, name: &str) -> char {
        self.alert(name)["state"]
            .as_str()
            .unwrap()
            .chars()
            .next()
            .unwrap()
    }

    /// Does the work before each of so many steps, and returns the states after them.
    fn states(&mut self, name: &str, steps: usize, mut work: impl FnMut()) -> String {
        let states = (0..steps).map(|_| {
            work();
            self.step();
            self.state(name)
        });
        states.collect()
    }

    /// Returns labels, state and value of the groups of an alert.
    fn groups(&self, name: &str) -> Vec<Value> {
        let alert = self.alert(name);
        let groups = alert["groups"].as_array().unwrap().iter();
        groups
            .map(|group| json!([group["labels"], group["state"], group["value"]]))
            .collect()
    }
}

#[test]
fn each_series_of_a_gauge_is_an_alert_of_its_own() {
    let disk = &ValueForm::global().disk;
    let kind = |kind| OfKind { kind };
    disk.set(kind(Kind::Good), 0.1);
    disk.set(kind(Kind::Bad), 0.5);
    let mut clock = Clock::start(ValueForm::global());
    assert_eq!(clock.state("DiskFull"), 'i');
    let work = || disk.set(kind(Kind::Bad), 0.9);
    assert_eq!(clock.states("DiskFull", 4, work), "ppff");
    let groups = clock.groups("DiskFull");
    assert_eq!(groups[0], json!([{"kind": "bad"}, "firing", 0.9]));
    assert_eq!(groups[1], json!([{"kind": "good"}, "inactive", 0.1]));
    let alert = clock.alert("DiskFull");
    assert_eq!(
        (&alert["threshold"], &alert["severity"]),
        (&json!(0.8), &json!("critical"))
    );
    let since = |field: &str| alert["groups"][0][field].as_f64().unwrap();
    let pending = since("firing_since_unix_ms") - since("since_unix_ms");
    assert!((pending - 30_000.0).abs() < 1.0, "{pending}");
    let summary = serde_json::to_value(clock.alerts.summary()).unwrap();
    assert_eq!(summary["active"][0]["name"], "DiskFull");
    // It fires for 30 seconds more.
    let work = || disk.set(kind(Kind::Bad), 0.5);
    assert_eq!(clock.states("DiskFull", 3, work), "ffi");
}

#[test]
fn combined_gauge_is_one_alert() {
    let sessions = &ValueForm::global().sessions;
    let kind = |kind| OfKind { kind };
    sessions.set(kind(Kind::Good), 1);
    let mut clock = Clock::start(ValueForm::global());
    assert_eq!(clock.groups("NoSessions"), [json!([{}, "inactive", 1.0])]);
    let work = || sessions.set(kind(Kind::Good), 0);
    assert_eq!(clock.states("NoSessions", 2, work), "ff");
    let work = || sessions.set(kind(Kind::Bad), 2);
    assert_eq!(clock.states("NoSessions", 1, work), "i");
}

#[test]
fn quantile_is_of_the_calls_in_its_window() {
    let duration = &QuantileForm::global().duration;
    let call = |seconds| duration.observe(OfKind { kind: Kind::Bad }, Duration::from_secs(seconds));
    // Calls before the console do not count.
    (0..100).for_each(|_| call(9));
    let mut clock = Clock::start(QuantileForm::global());
    assert_eq!(clock.states("Slow", 2, || ()), "ii");
    assert_eq!(clock.groups("Slow")[0][2], Value::Null);
    assert_eq!(clock.states("Slow", 3, || call(5)), "ppf");
    let groups = clock.groups("Slow");
    assert_eq!(groups[0][0], json!({"kind": "bad"}));
    let value = groups[0][2].as_f64().unwrap();
    assert!((9.0..10.0).contains(&value), "{value}");
    // The calls leave the window of a minute.
    assert_eq!(clock.states("Slow", 4, || ()), "fffi");
}

#[test]
fn rate_is_that_of_the_selected_series() {
    let calls = &RateForm::global().calls;
    let mut clock = Clock::start(RateForm::global());
    let good = || calls.add(OfKind { kind: Kind::Good }, 1000);
    assert_eq!(clock.states("ManyBad", 2, good), "ii");
    // One call a second: after 45 seconds, 45 calls in the window of 60 seconds.
    let bad = || calls.add(OfKind { kind: Kind::Bad }, 15);
    assert_eq!(clock.states("ManyBad", 4, bad), "iipf");
    assert_eq!(clock.groups("ManyBad"), [json!([{}, "firing", 1.0])]);
    assert_eq!(clock.states("ManyBad", 3, || ()), "fii");
}

#[test]
fn increase_is_that_of_its_window() {
    let restarts = &IncreaseForm::global().restarts;
    let mut clock = Clock::start(IncreaseForm::global());
    assert_eq!(clock.states("Restarts", 5, || restarts.inc()), "iiiff");
    assert_eq!(clock.groups("Restarts"), [json!([{}, "firing", 4.0])]);
    assert_eq!(clock.states("Restarts", 2, || ()), "ii");
}

#[test]
fn ratio_of_counts_is_the_share_of_their_rates() {
    let answers = &RatioForm::global().answers;
    let mut clock = Clock::start(RatioForm::global());
    assert_eq!(
        clock.states("BadAnswers", 1, || ()),
        "i",
        "nothing is divided by nothing"
    );
    let good = || answers.add(OfKind { kind: Kind::Good }, 10);
    assert_eq!(clock.states("BadAnswers", 2, good), "ii");
    let bad = || answers.add(OfKind { kind: Kind::Bad }, 15);
    assert_eq!(clock.states("BadAnswers", 2, bad), "if");
    assert_eq!(clock.groups("BadAnswers"), [json!([{}, "firing", 0.6])]);
    let good = || answers.add(OfKind { kind: Kind::Good }, 20);
    assert_eq!(clock.states("BadAnswers", 1, good), "i");
}

#[test]
fn ratio_of_gauges_is_that_of_this_moment() {
    let metrics = RatioForm::global();
    metrics.capacity.set(10);
    metrics.waiting.set(8);
    let mut clock = Clock::start(metrics);
    assert_eq!(clock.states("QueueFull", 1, || ()), "i");
    assert_eq!(clock.states("QueueFull", 1, || metrics.waiting.set(9)), "f");
    assert_eq!(
        clock.states("QueueFull", 1, || metrics.capacity.set(20)),
        "i"
    );
}

#[test]
fn absence_is_that_of_the_selected_series() {
    let backups = &AbsentForm::global().backups;
    backups.inc(Host { host: "other" });
    let mut clock = Clock::start(AbsentForm::global());
    assert_eq!(clock.state("NoBackups"), 'p', "it was never there");
    assert_eq!(clock.states("NoBackups", 2, || ()), "ff");
    let work = || backups.inc(Host { host: "vault" });
    assert_eq!(clock.states("NoBackups", 2, work), "ii");
}

#[test]
fn expression_is_listed_and_not_evaluated() {
    let forms = ExpressionForm::global();
    let mut clock = Clock::start(forms);
    forms.visits.add(4);
    clock.step();
    let alert = clock.alert("Written");
    assert_eq!(alert["state"], "not_evaluated");
    assert_eq!(alert["condition"], "forms_expression_visits_total > 3");
    assert!(
        alert["reason"].as_str().unwrap().contains("PromQL"),
        "{alert}"
    );
    let summary = serde_json::to_value(clock.alerts.summary()).unwrap();
    assert_eq!(summary["not_evaluated"], 1);
}

#[test]
fn every_alert_of_a_catalog_is_listed_once() {
    let descriptor = ValueForm::DESCRIPTOR;
    let declared: usize = { descriptor.metrics.iter() }
        .map(|metric| metric.alerts.len())
        .sum();
    let twice: [&'static dyn glyph_core::__runtime::AnyCatalog; 1] = [ValueForm::global()];
    let alerts = Alerts::new(&Registry::new(twice).unwrap(), BUDGET);
    assert_eq!((alerts.rules.len(), declared), (2, 2));
}
