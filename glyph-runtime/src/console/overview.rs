//! The overview: the service, its checks, and each stage over the last minutes.

use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;

use super::{
    alerts::Summary,
    history::{History, StageHistory},
    number::{float, unix_milliseconds},
    quantile::quantile,
    stages::Totals,
    subject::Identity,
};
use crate::health::Report;

/// The time that the figures of stages are about.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// What `/api/v1/overview` responds with.
#[derive(Debug, Serialize)]
pub(super) struct Overview<'a> {
    #[serde(flatten)]
    service: &'a Identity,
    time_unix_ms: f64,
    uptime_seconds: f64,
    health: Health,
    /// The time that the figures of stages cover.
    window_seconds: f64,
    stages: Vec<StageView>,
    alerts: Summary,
    history: HistoryView,
}

#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Check {
    name: String,
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct StageView {
    name: &'static str,
    metric: &'static str,
    unit: &'static str,
    calls: u64,
    failures: Option<u64>,
    /// Calls a second.
    rate: f64,
    /// The share of failed calls, from 0 to 1.
    failed: Option<f64>,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    in_flight: Option<f64>,
    points: Vec<Point>,
}

/// A stage between two snapshots.
#[derive(Debug, Serialize)]
struct Point {
    age_seconds: f64,
    rate: f64,
    failed: Option<f64>,
    p95: Option<f64>,
}

/// What the history keeps, and in how much memory.
#[derive(Debug, Serialize)]
struct HistoryView {
    covers_seconds: f64,
    step_seconds: f64,
    bytes: usize,
    max_bytes: usize,
    series_left_out: usize,
}

/// Returns the overview at this moment. Without a report, the checks have not ended yet.
pub(super) fn overview<'a>(
    service: &'a Identity,
    started: Instant,
    report: Option<&Report>,
    history: &History,
    alerts: Summary,
) -> Overview<'a> {
    let now = Instant::now();
    let age = |at: Instant| now.saturating_duration_since(at);
    let ages: Vec<Duration> = history.times().map(age).collect();
    let first = ages.iter().position(|age| *age <= WINDOW);
    let first = first.unwrap_or(ages.len());
    let ages_in_window = ages.get(first..).unwrap_or_default();
    let window = ages_in_window.first().copied().unwrap_or_default();
    let stages = history.stages().iter();
    Overview {
        service,
        time_unix_ms: unix_milliseconds(SystemTime::now()),
        uptime_seconds: age(started).as_secs_f64(),
        health: health(report),
        window_seconds: window.as_secs_f64(),
        stages: stages
            .map(|stage| StageView::new(stage, first, ages_in_window))
            .collect(),
        alerts,
        history: HistoryView {
            covers_seconds: ages.first().copied().unwrap_or_default().as_secs_f64(),
            step_seconds: history.step().as_secs_f64(),
            bytes: history.bytes(),
            max_bytes: history.budget(),
            series_left_out: history.left_out(),
        },
    }
}

fn health(report: Option<&Report>) -> Health {
    let Some(report) = report else {
        return Health {
            status: "running",
            checks: Vec::new(),
        };
    };
    let checks = report.checks().map(|(name, result)| Check {
        name: name.to_owned(),
        error: result.err().map(str::to_owned),
    });
    Health {
        status: if report.is_ok() { "ok" } else { "fail" },
        checks: checks.collect(),
    }
}

impl StageView {
    /// The figures since the snapshot with the index `first`, whose age is the first of `ages`.
    fn new(history: &StageHistory, first: usize, ages: &[Duration]) -> Self {
        let stage = &history.stage;
        let now = stage.read();
        let in_flight = now.in_flight;
        let totals: Vec<&Totals> = history.totals.iter().skip(first).collect();
        let base = totals.first().copied().unwrap_or(&now);
        let window = ages.first().copied().unwrap_or_default();
        let bounds = stage.duration().buckets;
        let all = Calls::between(base, &now, window);
        let of = |share| quantile(share, bounds, &all.buckets).map(rounded);
        Self {
            name: stage.name,
            metric: stage.duration().name,
            unit: stage.duration().unit.suffix(),
            calls: all.count(),
            failures: all.failures,
            rate: rounded(all.rate()),
            failed: all.failed(),
            p50: of(0.5),
            p95: of(0.95),
            p99: of(0.99),
            in_flight,
            points: points(&totals, ages, bounds),
        }
    }
}

/// Returns a point for each two snapshots that follow each other.
fn points(totals: &[&Totals], ages: &[Duration], bounds: &[f64]) -> Vec<Point> {
    let pairs = totals.windows(2).zip(ages.windows(2));
    let points = pairs.filter_map(|(totals, ages)| {
        let ([before, after], [older, newer]) = (totals, ages) else {
            return None;
        };
        let calls = Calls::between(before, after, older.saturating_sub(*newer));
        Some(Point {
            age_seconds: rounded(newer.as_secs_f64()),
            rate: rounded(calls.rate()),
            failed: calls.failed(),
            p95: quantile(0.95, bounds, &calls.buckets).map(rounded),
        })
    });
    points.collect()
}

/// The calls of a stage in some time.
struct Calls {
    buckets: Vec<u64>,
    failures: Option<u64>,
    time: Duration,
}

impl Calls {
    /// Sums can fall when an idle scope is removed. Those calls are missing here.
    fn between(before: &Totals, after: &Totals, time: Duration) -> Self {
        let pairs = after.buckets.iter().zip(&before.buckets);
        let failures = after.failures.zip(before.failures);
        Self {
            buckets: pairs
                .map(|(after, before)| after.saturating_sub(*before))
                .collect(),
            failures: failures.map(|(after, before)| after.saturating_sub(before)),
            time,
        }
    }

    fn count(&self) -> u64 {
        let counts = self.buckets.iter();
        counts.fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn rate(&self) -> f64 {
        if self.time.is_zero() {
            return 0.0;
        }
        float(self.count()) / self.time.as_secs_f64()
    }

    fn failed(&self) -> Option<f64> {
        let failures = float(self.failures?);
        let calls = float(self.count());
        (calls > 0.0).then(|| rounded((failures / calls).min(1.0)))
    }
}

/// Rounds to millionths, so that JSON is short.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
