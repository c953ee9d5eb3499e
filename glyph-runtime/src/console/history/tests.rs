//! The history over hours of moved time.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use glyph_core::catalog::Registry;
use serde_json::{Value, json};

use super::{COVERS, History, LONGEST_STEP, STEP};
use crate::{
    CallStatus, Counter, Gauge, Histogram, LabelSet, console::series::series, metric_catalog,
};

const BUDGET: usize = 1 << 20;

#[derive(LabelSet)]
#[label(crate = crate)]
struct Job<'a> {
    #[label(max = 5000)]
    name: &'a str,
}

#[metric_catalog(namespace = "history_jobs", crate = crate, max_series = 60_000)]
struct Jobs {
    /// Time of a job.
    #[metric(unit = seconds, buckets = [1ms, 10ms, 100ms, 1s, 10s])]
    duration: Histogram<Job<'_>>,
    /// Jobs in the queue.
    queued: Gauge<Job<'_>>,
    /// Jobs that ended.
    ended: Counter<Job<'_>>,
}

#[metric_catalog(namespace = "history_crowd", crate = crate, max_series = 20_000)]
struct Crowd {
    /// Visits.
    visits: Counter<Job<'_>>,
}

#[derive(LabelSet)]
#[label(crate = crate)]
struct Ended {
    status: CallStatus,
}

#[metric_catalog(namespace = "history_points", crate = crate)]
struct Points {
    /// Time of a call.
    #[metric(unit = seconds, buckets = [1s, 2s])]
    duration: Histogram,
    /// Calls in the queue.
    queued: Gauge,
    /// Calls that ended.
    ended: Counter<Ended>,
}

/// Records in so many series of each metric.
fn work(names: Range<u64>, round: u64) {
    let jobs = Jobs::global();
    for number in names {
        let name = number.to_string();
        let job = || Job { name: &name };
        let milliseconds = (number * 37 + round * 11) % 20_000;
        jobs.duration
            .observe(job(), Duration::from_millis(milliseconds));
        jobs.queued.set(job(), milliseconds);
        jobs.ended.add(job(), round);
    }
}

#[test]
fn an_hour_of_many_series_stays_in_the_budget() {
    let registry = Registry::new([Jobs::global() as _]).unwrap();
    let begun = Instant::now();
    let mut history = History::new(&registry, BUDGET);
    let (mut at, mut round) = (begun, 0);
    while at < begun + Duration::from_secs(3600) {
        work(0..600, round);
        history.record(at, &registry, Vec::new());
        let bytes = history.bytes();
        assert!(bytes <= BUDGET, "{bytes} bytes after {round} snapshots");
        at += history.step();
        round += 1;
    }
    let step = history.step();
    assert!(step > STEP && step <= LONGEST_STEP, "{step:?}");
    assert_eq!(history.left_out(), 0);
    let last = at.checked_sub(step).unwrap();
    let covered = last.duration_since(history.times().next().unwrap());
    assert!(covered <= COVERS, "{covered:?}");
    assert!(
        covered > COVERS / 2,
        "only {covered:?} at a step of {step:?}"
    );
}

#[test]
fn series_without_room_are_left_out_and_counted() {
    let registry = Registry::new([Crowd::global() as _]).unwrap();
    for number in 0..4000 {
        let name = number.to_string();
        Crowd::global().visits.inc(Job { name: &name });
    }
    let mut history = History::new(&registry, BUDGET);
    history.record(Instant::now(), &registry, Vec::new());
    let kept = history
        .metric("history_crowd_visits")
        .unwrap()
        .series()
        .count();
    assert!(kept > 1000, "{kept} series");
    assert_eq!(kept + history.left_out(), 4000);
    assert!(history.bytes() <= BUDGET, "{} bytes", history.bytes());
}

fn points(history: &History, name: &str) -> Vec<Value> {
    let found = serde_json::to_value(series(history, name).unwrap()).unwrap();
    found
        .pointer("/series/0/points")
        .and_then(Value::as_array)
        .unwrap()
        .clone()
}

#[test]
fn points_are_counted_back_from_the_latest_snapshot() {
    let registry = Registry::new([Points::global() as _]).unwrap();
    let metrics = Points::global();
    let mut history = History::new(&registry, BUDGET);
    let begun = Instant::now();
    let ended = || Ended {
        status: CallStatus::Ok,
    };
    for (snapshot, (queued, calls)) in (0_u32..).zip([(7.5, 1_u64), (-2.0, 10), (0.0, 0)]) {
        metrics.queued.set(queued);
        metrics.ended.add(ended(), calls);
        for _ in 0..calls {
            metrics.duration.observe(Duration::from_millis(1500));
        }
        history.record(begun + STEP * snapshot, &registry, Vec::new());
    }
    let field = |metric: &str, name: &str| {
        let points = points(&history, metric);
        let fields = points.iter().map(|point| point[name].clone());
        fields.collect::<Vec<_>>()
    };
    assert_eq!(field("history_points_queued", "value"), [7.5, -2.0, 0.0]);
    assert_eq!(field("history_points_ended", "rate"), [2.0, 0.0]);
    let duration = "history_points_duration_seconds";
    assert_eq!(field(duration, "rate"), [2.0, 0.0]);
    assert_eq!(field(duration, "p50"), [json!(1.5), Value::Null]);
}

#[test]
fn snapshots_that_are_too_old_are_removed() {
    let registry = Registry::new([Points::global() as _]).unwrap();
    let mut history = History::new(&registry, BUDGET);
    let begun = Instant::now();
    for snapshot in 0..400 {
        history.record(begun + STEP * snapshot, &registry, Vec::new());
    }
    assert_eq!(history.step(), STEP);
    assert_eq!(history.times().len(), 181);
    assert!(series(&history, "history_points_nothing").is_none());
}
