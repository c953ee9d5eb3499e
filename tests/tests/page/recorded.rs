//! The exposition has what was recorded.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(dead_code, reason = "each test records some of the metrics")]

use std::time::Duration;

use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};
use glyph_tests::{Page, environment::telemetry};

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
            /// Wake-ups of the worker.
            wakeups: Counter,
            /// Jobs that ended.
            jobs: Counter<Job>,
            /// Processor time of jobs.
            #[metric(unit = seconds)]
            busy: Counter,
            /// Jobs under way.
            running: Gauge,
            /// Jobs waiting.
            waiting: Gauge<Waiting>,
            /// Time a job takes.
            #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
            duration: Histogram<Job>,
            /// Size of a job.
            #[metric(unit = bytes, buckets = [1KiB, 1MiB])]
            size: Histogram,
            /// Score of a job.
            #[metric(buckets = [-1, 0, 0.5, 1])]
            score: Histogram,
        }
    };
}

#[derive(LabelSet)]
struct Waiting {
    queue: Queue,
}

#[test]
fn closed_series_start_at_zero() {
    catalog!(Metrics, "at_zero");
    let telemetry = telemetry("test")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    let page = Page::of(&telemetry).unwrap();
    for queue in ["fast", "slow"] {
        for status in ["ok", "error"] {
            let labels = [("queue", queue), ("status", status)];
            assert_eq!(page.value("at_zero_jobs_total", &labels), Some(0.0));
            assert_eq!(
                page.value("at_zero_duration_seconds_count", &labels),
                Some(0.0)
            );
        }
    }
    assert_eq!(page.value("at_zero_wakeups_total", &[]), Some(0.0));
    assert_eq!(page.named("at_zero_jobs_total").count(), 4);
}

#[test]
fn each_kind_exposes_what_was_recorded() {
    catalog!(Metrics, "each_kind");
    let metrics = Metrics::global();
    metrics.wakeups.add(3);
    metrics.jobs.inc(Job {
        queue: Queue::Slow,
        status: Status::Error,
    });
    metrics.busy.add_duration(Duration::from_millis(1_500));
    metrics.running.set(7);
    metrics.running.dec();
    metrics.waiting.add(Waiting { queue: Queue::Fast }, 2.5);
    metrics.duration.observe(
        Job {
            queue: Queue::Fast,
            status: Status::Ok,
        },
        Duration::from_millis(100),
    );
    metrics.size.observe(1024);
    metrics.score.observe(-3.5);
    metrics.score.observe(0.25);

    let telemetry = telemetry("test").catalog(metrics).build().unwrap();
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.value("each_kind_wakeups_total", &[]), Some(3.0));
    assert_eq!(
        page.value(
            "each_kind_jobs_total",
            &[("queue", "slow"), ("status", "error")]
        ),
        Some(1.0)
    );
    assert_eq!(page.value("each_kind_busy_seconds_total", &[]), Some(1.5));
    assert_eq!(page.value("each_kind_running", &[]), Some(6.0));
    assert_eq!(
        page.value("each_kind_waiting", &[("queue", "fast")]),
        Some(2.5)
    );
    let bucket = |le| {
        page.value(
            "each_kind_duration_seconds_bucket",
            &[("le", le), ("queue", "fast"), ("status", "ok")],
        )
    };
    assert_eq!(
        [bucket("0.01"), bucket("0.1"), bucket("1.0"), bucket("+Inf")],
        [0.0, 1.0, 1.0, 1.0].map(Some)
    );
    assert_eq!(
        page.value("each_kind_size_bytes_bucket", &[("le", "1024.0")]),
        Some(1.0)
    );
    assert_eq!(page.value("each_kind_score_sum", &[]), Some(-3.25));
    assert_eq!(
        page.value("each_kind_score_bucket", &[("le", "-1.0")]),
        Some(1.0)
    );
}

#[test]
fn non_finite_observations_are_counted_as_rejected() {
    catalog!(Metrics, "refused");
    let metrics = Metrics::global();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        metrics.size.observe(value);
    }
    metrics.size.observe(10);
    assert_eq!(metrics.size.snapshot().count(), 1);
    let telemetry = telemetry("test").catalog(metrics).build().unwrap();
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(
        page.value(
            "glyph_observations_refused_total",
            &[("metric", "refused_size_bytes")]
        ),
        Some(4.0)
    );
}
