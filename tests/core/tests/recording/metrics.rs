//! Recorded values are read exactly, with any number of threads.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(dead_code, reason = "each test records some of the metrics")]
#![expect(clippy::float_cmp, reason = "the sums of integers are exact")]

use std::{thread, time::Duration};

use glyph_core::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Queue {
    Fast,
    Slow,
}

#[derive(LabelSet)]
struct Job {
    queue: Queue,
    status: Status,
}

macro_rules! catalog {
    ($name:ident, $namespace:literal) => {
        #[metric_catalog(namespace = $namespace)]
        struct $name {
            /// Jobs that ended.
            jobs: Counter<Job>,
            /// Jobs under way.
            running: Gauge,
            /// Time a job takes.
            #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
            duration: Histogram<Job>,
            /// Size of a job.
            #[metric(unit = bytes, buckets = [1KiB, 1MiB])]
            size: Histogram,
        }
    };
}

#[test]
fn bucket_includes_its_upper_bound() {
    catalog!(Metrics, "bounds");
    let job = || Job {
        queue: Queue::Fast,
        status: Status::Ok,
    };
    let metrics = Metrics::global();
    for exact in [0.01, 0.1, 1.0] {
        metrics.duration.observe(job(), exact);
        metrics
            .duration
            .observe(job(), Duration::from_secs_f64(exact));
    }
    metrics
        .duration
        .observe(job(), Duration::from_nanos(100_000_001));
    let buckets: Vec<_> = metrics.duration.snapshot(job()).buckets().collect();
    assert_eq!(buckets, [(0.01, 2), (0.1, 2), (1.0, 3), (f64::INFINITY, 0)]);
}

#[test]
fn sums_are_exact_in_any_order() {
    catalog!(Metrics, "exact");
    let job = || Job {
        queue: Queue::Fast,
        status: Status::Ok,
    };
    for _ in 0..1_000_000 {
        Metrics::global().duration.observe(job(), 0.1);
    }
    assert_eq!(Metrics::global().duration.snapshot(job()).sum(), 100_000.0);
}

#[test]
fn non_finite_observations_are_dropped() {
    catalog!(Metrics, "refused");
    let metrics = Metrics::global();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        metrics.size.observe(value);
    }
    metrics.size.observe(10);
    assert_eq!(metrics.size.snapshot().count(), 1);
}

#[test]
fn short_lived_threads_lose_and_repeat_nothing() {
    catalog!(Metrics, "threads");
    const EACH: u64 = 1_000;
    let metrics = Metrics::global();
    for _ in 0..10 {
        // More threads than slabs, so that some share one.
        thread::scope(|scope| {
            for _ in 0..100 {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        metrics.jobs.inc(Job {
                            queue: Queue::Fast,
                            status: Status::Ok,
                        });
                        metrics.running.inc();
                        metrics.size.observe(2);
                    }
                });
            }
        });
    }
    assert_eq!(
        metrics.jobs.value(Job {
            queue: Queue::Fast,
            status: Status::Ok
        }),
        1_000 * EACH
    );
    assert_eq!(metrics.running.value(), 1_000_000.0);
    assert_eq!(
        (
            metrics.size.snapshot().count(),
            metrics.size.snapshot().sum()
        ),
        (1_000_000, 2_000_000.0)
    );
}

#[test]
fn gauge_increment_can_be_undone_on_another_thread() {
    catalog!(Metrics, "handed_over");
    let metrics = Metrics::global();
    metrics.running.set(10);
    metrics.running.inc();
    thread::scope(|scope| scope.spawn(|| metrics.running.sub(5)).join()).unwrap();
    assert_eq!(metrics.running.value(), 6.0);
    thread::scope(|scope| scope.spawn(|| metrics.running.set(0)).join()).unwrap();
    assert_eq!(metrics.running.value(), 0.0);
}

#[test]
fn quantiles_are_estimated_as_prometheus_does() {
    catalog!(Metrics, "quantiles");
    let job = || Job {
        queue: Queue::Slow,
        status: Status::Ok,
    };
    let metrics = Metrics::global();
    assert_eq!(metrics.duration.snapshot(job()).quantile(0.5), None);
    for _ in 0..10 {
        metrics.duration.observe(job(), 0.05);
    }
    let median = metrics.duration.snapshot(job()).quantile(0.5).unwrap();
    assert!((median - 0.055).abs() < 1e-12, "{median}");
    for _ in 0..10 {
        metrics.duration.observe(job(), 5.0);
    }
    assert_eq!(metrics.duration.snapshot(job()).quantile(0.95), Some(1.0));
}
