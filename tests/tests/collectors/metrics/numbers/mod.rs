//! Any operations with any numbers leave only finite numbers, on the page and over OTLP.

mod operations;

use std::{collections::BTreeMap, thread};

use glyph_runtime::{
    Counter, Gauge, Histogram, LabelSet, Telemetry, expose::push::Pipeline, metric_catalog,
    scope::ScopeLabels, trace::Protocol,
};
use glyph_tests::{Page, children::alone, environment, receiver::attributes::text};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};

use self::operations::{Manner, Operation, manners, operations};
use crate::metrics::{LONG, receiver::Receiver, settings};

/// One series of each metric belongs to each case.
#[derive(LabelSet)]
struct Case<'a> {
    #[label(max = 400)]
    case: &'a str,
}

#[metric_catalog(namespace = "any", max_series = 50_000, scope(tenant_id: max 4))]
struct Metrics {
    /// Things.
    things: Counter<Case<'_>>,
    /// Busy time.
    #[metric(unit = seconds)]
    busy: Counter<Case<'_>>,
    /// Level.
    level: Gauge<Case<'_>>,
    /// Latency.
    #[metric(unit = seconds, buckets = [10ms, 1s, 1000s])]
    latency: Histogram<Case<'_>>,
    /// Sizes.
    #[metric(unit = bytes, buckets = [1KiB, 1GiB])]
    size: Histogram<Case<'_>>,
    /// Scores.
    #[metric(buckets = [-1, 0, 1e9])]
    score: Histogram<Case<'_>>,
}

const FAMILIES: [&str; 6] = [
    "any_things",
    "any_busy_seconds",
    "any_level",
    "any_latency_seconds",
    "any_size_bytes",
    "any_score",
];

/// The facade's names of the histograms.
const HISTOGRAMS: [&str; 3] = ["any.latency", "any.size", "any.score"];

#[expect(
    clippy::cast_precision_loss,
    reason = "the facade has floating-point numbers"
)]
fn perform(case: &str, operation: &Operation, by_facade: bool) {
    let metrics = Metrics::global();
    let of = || Case { case };
    let label = [("case", case.to_owned())];
    let gauge = || metrics::gauge!("any.level", &label);
    match *operation {
        Operation::Count(count) if by_facade => {
            metrics::counter!("any.things", &label).increment(count);
        }
        Operation::Count(count) => metrics.things.add(of(), count),
        Operation::Inc if by_facade => metrics::counter!("any_things_total", &label).increment(1),
        Operation::Inc => metrics.things.inc(of()),
        Operation::CountSeconds(seconds) if by_facade => {
            metrics::counter!("any.busy", &label).increment(seconds);
        }
        Operation::CountSeconds(seconds) => metrics.busy.add(of(), seconds),
        Operation::CountDuration(time) => metrics.busy.add_duration(of(), time),
        Operation::Add(amount) if by_facade => gauge().increment(amount),
        Operation::Add(amount) => metrics.level.add(of(), amount),
        Operation::AddInteger(amount) if by_facade => gauge().increment(amount as f64),
        Operation::AddInteger(amount) => metrics.level.add(of(), amount),
        Operation::Sub(amount) if by_facade => gauge().decrement(amount),
        Operation::Sub(amount) => metrics.level.sub(of(), amount),
        Operation::Step(true) => metrics.level.inc(of()),
        Operation::Step(false) => metrics.level.dec(of()),
        Operation::Set(value) if by_facade => gauge().set(value),
        Operation::Set(value) => metrics.level.set(of(), value),
        Operation::Observe(index, value) if by_facade => {
            metrics::histogram!(HISTOGRAMS[index], &label).record(value);
        }
        Operation::Observe(0, value) => metrics.latency.observe(of(), value),
        Operation::Observe(1, value) => metrics.size.observe(of(), value),
        Operation::Observe(_, value) => metrics.score.observe(of(), value),
        Operation::ObserveInteger(0, value) => metrics.latency.observe(of(), value),
        Operation::ObserveInteger(1, value) => metrics.size.observe(of(), value),
        Operation::ObserveInteger(_, value) => metrics.score.observe(of(), value),
        Operation::ObserveDuration(0, value) => metrics.latency.observe(of(), value),
        Operation::ObserveDuration(_, value) => metrics.score.observe(of(), value),
    }
}

/// What the series of a case must have.
#[derive(Debug, Default)]
struct Expected {
    /// Things, and nanoseconds.
    totals: [u128; 2],
    /// The value of the gauge, once it was set.
    level: Option<f64>,
    observations: [u64; 3],
    /// The refused calls of each counter.
    refused: [u64; 2],
    /// The calls of the gauge that must be refused, and those that may be.
    gauge_refused: (u64, u64),
}

impl Expected {
    #[expect(clippy::cast_precision_loss, reason = "as in the gauge")]
    fn note(&mut self, operation: &Operation) {
        let second = 1_000_000_000;
        match *operation {
            Operation::Count(count) => self.count(0, count.into()),
            Operation::Inc => self.count(0, 1),
            Operation::CountSeconds(seconds) => self.count(1, u128::from(seconds) * second),
            Operation::CountDuration(time) => self.count(1, time.as_nanos()),
            Operation::Add(amount) => self.add(amount),
            Operation::AddInteger(amount) => self.add(amount as f64),
            Operation::Sub(amount) => self.add(-amount),
            Operation::Step(up) => self.add(if up { 1.0 } else { -1.0 }),
            Operation::Set(value) if value.is_finite() => self.level = Some(value),
            Operation::Set(_) => self.gauge_refused.0 += 1,
            Operation::Observe(index, _)
            | Operation::ObserveInteger(index, _)
            | Operation::ObserveDuration(index, _) => self.observations[index] += 1,
        }
    }

    fn count(&mut self, index: usize, amount: u128) {
        let greatest = u128::from(u64::MAX);
        let sum = self.totals[index] + amount;
        self.totals[index] = sum.min(greatest);
        self.refused[index] += u64::from(sum > greatest);
    }

    fn add(&mut self, amount: f64) {
        if !amount.is_finite() {
            self.gauge_refused.0 += 1;
            return;
        }
        match &mut self.level {
            Some(level) if (*level + amount).is_finite() => *level += amount,
            Some(_) => self.gauge_refused.0 += 1,
            // Before the gauge was set, amounts may be added in another order.
            None => self.gauge_refused.1 += 1,
        }
    }
}

fn refused(page: &Page) -> BTreeMap<&'static str, f64> {
    let of = |metric| page.value("glyph_observations_refused_total", &[("metric", metric)]);
    FAMILIES.map(|family| (family, of(family).unwrap())).into()
}

/// The samples of counters and histograms of a case. None may fall.
fn rising(page: &Page, case: &str) -> BTreeMap<String, f64> {
    let names = FAMILIES.map(|family| {
        let suffixes: &[&str] = match family {
            "any_things" | "any_busy_seconds" => &["_total"],
            "any_level" => &[],
            // The sum of scores falls with negative ones.
            "any_score" => &["_count", "_bucket"],
            _ => &["_count", "_bucket", "_sum"],
        };
        suffixes
            .iter()
            .map(move |suffix| format!("{family}{suffix}"))
    });
    let mut found = BTreeMap::new();
    for name in names.into_iter().flatten() {
        for sample in page.named(&name) {
            if sample.labels.get("case").is_some_and(|of| of == case) {
                let le = sample.labels.get("le").cloned().unwrap_or_default();
                found.insert(format!("{name}{le}"), sample.value);
            }
        }
    }
    found
}

fn check_fall(
    before: &BTreeMap<String, f64>,
    after: &BTreeMap<String, f64>,
) -> Result<(), TestCaseError> {
    for (sample, value) in before {
        let now = after.get(sample).copied().unwrap_or(f64::NAN);
        prop_assert!(now >= *value, "{} fell from {} to {}", sample, value, now);
    }
    Ok(())
}

struct World {
    telemetry: Telemetry,
    receiver: Receiver,
}

impl World {
    fn page(&self) -> Page {
        Page::of(&self.telemetry).unwrap()
    }

    fn run(
        &self,
        case: &str,
        in_scope: bool,
        operations: &[(Operation, Manner)],
    ) -> Result<(), TestCaseError> {
        let scope = if in_scope {
            TenantContext { tenant_id: "acme" }.labels()
        } else {
            ScopeLabels::NONE
        };
        let mut expected = Expected::default();
        let refused_before = refused(&self.page());
        let mut seen = BTreeMap::new();
        for (index, (operation, manner)) in operations.iter().enumerate() {
            let work = || scope.in_scope(|| perform(case, operation, manner.by_facade));
            if manner.on_another_thread {
                thread::scope(|threads| threads.spawn(work).join()).unwrap();
            } else {
                work();
            }
            expected.note(operation);
            if index % 8 == 0 {
                let now = rising(&self.page(), case);
                check_fall(&seen, &now)?;
                seen = now;
            }
        }
        let page = self.page();
        check_fall(&seen, &rising(&page, case))?;
        check(&page, case, in_scope, &expected, &refused_before)?;
        self.check_received()
    }

    /// Pushes all metrics, and checks that every number is finite.
    fn check_received(&self) -> Result<(), TestCaseError> {
        let settings = settings(&self.receiver.endpoint(), Protocol::HttpProtobuf);
        let pipeline = Pipeline::start(settings, self.telemetry.exposition()).unwrap();
        pipeline.shutdown(LONG).unwrap();
        let requests = self.receiver.accepted();
        let last = requests.iter().rev().take(FAMILIES.len() + 40);
        for metric in last.filter(|metric| metric.name.starts_with("any.")) {
            let points = match metric.data.as_ref().unwrap() {
                Data::Sum(sum) => &sum.data_points,
                Data::Gauge(gauge) => &gauge.data_points,
                Data::Histogram(histogram) => {
                    for point in &histogram.data_points {
                        let sum = point.sum.unwrap_or(0.0);
                        prop_assert!(sum.is_finite(), "{}: {:?}", metric.name, point);
                        prop_assert_eq!(point.count, point.bucket_counts.iter().sum::<u64>());
                    }
                    continue;
                }
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            for point in points {
                if let Some(Value::AsDouble(value)) = point.value {
                    let case = text(&point.attributes, "case");
                    prop_assert!(
                        value.is_finite(),
                        "{} of {:?}: {}",
                        metric.name,
                        case,
                        value
                    );
                }
            }
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "as on the page")]
fn check(
    page: &Page,
    case: &str,
    in_scope: bool,
    expected: &Expected,
    refused_before: &BTreeMap<&'static str, f64>,
) -> Result<(), TestCaseError> {
    for family in FAMILIES {
        for suffix in ["", "_total", "_bucket", "_sum", "_count"] {
            for sample in page.named(&format!("{family}{suffix}")) {
                prop_assert!(sample.value.is_finite(), "{:?}", sample);
            }
        }
    }
    let labels: &[(&str, &str)] = if in_scope {
        &[("case", case), ("tenant_id", "acme")]
    } else {
        &[("case", case)]
    };
    let value = |name: &str| page.value(name, labels).unwrap_or(0.0);
    prop_assert_eq!(value("any_things_total"), expected.totals[0] as f64);
    prop_assert_eq!(
        value("any_busy_seconds_total"),
        expected.totals[1] as f64 / 1e9
    );
    if let Some(level) = expected.level {
        prop_assert_eq!(value("any_level"), level);
    }
    let refused_now = refused(page);
    let refused = |family: &str| refused_now[family] - refused_before[family];
    prop_assert_eq!(refused("any_things"), expected.refused[0] as f64);
    prop_assert_eq!(refused("any_busy_seconds"), expected.refused[1] as f64);
    let (must, may) = expected.gauge_refused;
    let gauge = refused("any_level");
    prop_assert!(
        gauge >= must as f64 && gauge <= (must + may) as f64,
        "{} refused",
        gauge
    );
    for (family, calls) in FAMILIES[3..].iter().zip(expected.observations) {
        let counted = value(&format!("{family}_count"));
        prop_assert_eq!(
            counted + refused(family),
            calls as f64,
            "calls of {}",
            family
        );
    }
    Ok(())
}

#[test]
fn any_operations_leave_finite_numbers_and_every_call_is_recorded_or_refused() {
    alone(|| {
        let world = World {
            telemetry: environment::telemetry("numbers")
                .catalog(Metrics::global())
                .without_listener()
                .without_log()
                .install()
                .unwrap(),
            receiver: Receiver::start([]),
        };
        let config = Config {
            cases: 48,
            max_shrink_iters: 200,
            failure_persistence: None,
            ..Config::default()
        };
        let strategy = (
            any::<bool>(),
            prop::collection::vec((operations(), manners()), 1..40),
        );
        let number = std::cell::Cell::new(0);
        let run = |(in_scope, operations): (bool, Vec<(Operation, Manner)>)| {
            // A case that is tried again while it shrinks has new series.
            number.set(number.get() + 1);
            world.run(&number.get().to_string(), in_scope, &operations)
        };
        let result = TestRunner::new(config).run(&strategy, run);
        result.unwrap_or_else(|failure| panic!("{failure}"));
    });
}
