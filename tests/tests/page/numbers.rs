//! Numbers on the exposition are right, or refused and counted.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::float_cmp, reason = "values are exact")]

use std::{thread, time::Duration};

use glyph_runtime::{Counter, Gauge, Histogram, LabelSet, Status, Telemetry, metric_catalog};
use glyph_tests::{Page, environment};

macro_rules! catalog {
    ($name:ident, $namespace:literal) => {
        #[metric_catalog(namespace = $namespace)]
        #[expect(dead_code, reason = "each test records some of the metrics")]
        struct $name {
            /// Things.
            things: Counter,
            /// Things by status.
            by_status: Counter<ByStatus>,
            /// Busy time.
            #[metric(unit = seconds)]
            busy: Counter,
            /// Level.
            level: Gauge,
            /// Level by status.
            level_by: Gauge<ByStatus>,
            /// Latency.
            #[metric(unit = seconds, buckets = [100ms, 1s])]
            latency: Histogram,
            /// Sizes.
            #[metric(unit = bytes, buckets = [1KiB, 1MiB])]
            size: Histogram,
            /// Scores.
            #[metric(buckets = [-1, 0, 1])]
            score: Histogram,
        }
    };
}

#[derive(LabelSet)]
struct ByStatus {
    status: Status,
}

const GREATEST: f64 = 18_446_744_073_709_551_615.0;

fn refused(telemetry: &Telemetry, metric: &str) -> f64 {
    let page = Page::of(telemetry).unwrap();
    let found = page.value("glyph_observations_refused_total", &[("metric", metric)]);
    found.unwrap()
}

macro_rules! telemetry {
    ($metrics:expr) => {
        environment::telemetry("numbers")
            .catalog($metrics)
            .build()
            .unwrap()
    };
}

#[test]
fn set_gauge_reads_what_was_set_whatever_was_added_before() {
    catalog!(Metrics, "set_gauge");
    let level = &Metrics::global().level;
    for before in [
        1e17,
        -1e300,
        0.1,
        f64::MAX,
        3.0,
        1e-300,
        9_007_199_254_740_993.0,
    ] {
        thread::scope(|scope| {
            scope.spawn(|| level.add(before));
        });
        level.add(before);
        level.set(0.1);
        assert_eq!(level.value(), 0.1, "after {before}");
        level.add(0.2);
        assert_eq!(level.value(), 0.1 + 0.2, "after {before}");
        thread::scope(|scope| {
            scope.spawn(|| level.inc());
        });
        assert_eq!(level.value(), 0.1 + 0.2 + 1.0, "after {before}");
    }
}

#[test]
fn set_gauge_counts_every_later_addition_of_other_threads() {
    catalog!(Metrics, "set_while_adding");
    const EACH: u32 = 20_000;
    let level = &Metrics::global().level;
    for _ in 0..4 {
        // Before, during and after the first threads have their cells.
        level.inc();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        level.inc();
                    }
                });
            }
            level.set(0.5);
        });
        let (value, all) = (level.value(), f64::from(4 * EACH));
        assert!(value >= 0.5 && value <= all + 0.5, "{value}");
        assert_eq!(value.fract(), 0.5);
        level.set(7);
        assert_eq!(level.value(), 7.0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        level.add(2);
                        level.dec();
                    }
                });
            }
        });
        assert_eq!(level.value(), 7.0 + all);
    }
}

#[test]
fn gauge_of_another_series_that_was_set_keeps_its_additions() {
    catalog!(Metrics, "set_beside");
    let level = &Metrics::global().level_by;
    let [ok, error] = [Status::Ok, Status::Error].map(|status| move || ByStatus { status });
    level.inc(ok());
    level.add(ok(), 0.25);
    level.set(error(), 3);
    level.inc(ok());
    level.sub(ok(), 5_u8);
    level.dec(error());
    assert_eq!((level.value(ok()), level.value(error())), (-2.75, 2.0));
}

#[test]
fn integers_in_a_gauge_are_exact_in_any_order() {
    catalog!(Metrics, "integers");
    let level = &Metrics::global().level;
    let amounts = [1_i64 << 52, 1, i64::from(i32::MAX), 1 << 51, 3];
    for amount in amounts {
        level.add(amount);
        thread::scope(|scope| {
            scope.spawn(|| level.sub(amount.cast_unsigned()));
        });
        level.inc();
    }
    assert_eq!(level.value(), 5.0);
}

#[test]
fn gauge_refuses_what_is_not_finite() {
    catalog!(Metrics, "refusing_gauge");
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    let level = &metrics.level;
    level.add(2.5);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        level.add(value);
        level.sub(value);
        level.set(value);
    }
    assert_eq!(
        (level.value(), refused(&telemetry, "refusing_gauge_level")),
        (2.5, 9.0)
    );
    level.set(f64::MAX);
    level.add(f64::MAX);
    level.add(f32::INFINITY);
    assert_eq!(
        (level.value(), refused(&telemetry, "refusing_gauge_level")),
        (f64::MAX, 11.0)
    );
    level.set(-1);
    assert_eq!(level.value(), -1.0);
}

#[test]
fn gauge_that_was_never_set_refuses_infinite_sums() {
    catalog!(Metrics, "twice_the_greatest");
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    for _ in 0..2 {
        thread::scope(|scope| {
            scope.spawn(|| metrics.level.add(f64::MAX));
        });
    }
    metrics.level.inc();
    let refused = refused(&telemetry, "twice_the_greatest_level");
    assert_eq!((metrics.level.value(), refused), (f64::MAX, 1.0));
    metrics.level.sub(f64::MAX);
    assert_eq!(metrics.level.value(), 1.0);
}

#[test]
fn counter_stops_at_its_greatest_value() {
    catalog!(Metrics, "stopping");
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    metrics.things.add(u64::MAX - 1);
    assert_eq!(refused(&telemetry, "stopping_things"), 0.0);
    metrics.things.inc();
    assert_eq!(refused(&telemetry, "stopping_things"), 0.0, "it fits");
    metrics.things.inc();
    metrics.things.add(7);
    thread::scope(|scope| {
        scope.spawn(|| metrics.things.inc());
    });
    assert_eq!(metrics.things.value(), u64::MAX);
    assert_eq!(refused(&telemetry, "stopping_things"), 3.0);
    metrics.by_status.inc(ByStatus { status: Status::Ok });
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.value("stopping_things_total", &[]), Some(GREATEST));
    let ok = page.value("stopping_by_status_total", &[("status", "ok")]);
    assert_eq!(ok, Some(1.0), "other metrics of the catalog go on");
}

#[test]
fn threads_together_reach_the_greatest_value_exactly() {
    catalog!(Metrics, "together");
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..4 {
                    // 32 of them are 2^64.
                    metrics.things.add(1_u64 << 59);
                }
            });
        }
    });
    assert_eq!(metrics.things.value(), u64::MAX);
    assert_eq!(refused(&telemetry, "together_things"), 1.0);
}

#[test]
fn counter_of_seconds_never_turns_negative() {
    catalog!(Metrics, "centuries");
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    let century = Duration::from_secs(100 * 365 * 24 * 3600);
    let value = || {
        let page = Page::of(&telemetry).unwrap();
        page.value("centuries_busy_seconds_total", &[]).unwrap()
    };
    let mut before = value();
    for _ in 0..8 {
        metrics.busy.add_duration(century);
        let now = value();
        assert!(now >= before, "{now} after {before}");
        before = now;
    }
    assert_eq!(refused(&telemetry, "centuries_busy_seconds"), 3.0);
    metrics.busy.inc();
    metrics.busy.add(u64::MAX);
    metrics.busy.add_duration(Duration::MAX);
    assert_eq!(refused(&telemetry, "centuries_busy_seconds"), 6.0);
    assert_eq!(value(), GREATEST / 1e9);
}

#[test]
fn magnitudes_refuse_what_is_below_zero() {
    catalog!(Metrics, "magnitudes");
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    for value in [-1.0, -1e-12, -f64::MIN_POSITIVE, f64::NEG_INFINITY] {
        metrics.latency.observe(value);
        metrics.size.observe(value);
        metrics.score.observe(value);
    }
    metrics.size.observe(-1_i32);
    metrics.latency.observe(-0.0);
    metrics.latency.observe(Duration::from_millis(500));
    assert_eq!(
        (
            metrics.latency.snapshot().count(),
            metrics.latency.snapshot().sum()
        ),
        (2, 0.5)
    );
    assert_eq!(metrics.size.snapshot().count(), 0);
    assert_eq!(metrics.score.snapshot().count(), 3);
    let refused = ["latency_seconds", "size_bytes", "score"]
        .map(|metric| refused(&telemetry, &format!("magnitudes_{metric}")));
    assert_eq!(refused, [4.0, 5.0, 1.0]);
}

#[test]
fn sum_that_is_full_refuses_the_whole_observation() {
    catalog!(Metrics, "full");
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    for _ in 0..6 {
        metrics.latency.observe(3.9e9);
        metrics.score.observe(1e308);
        metrics.size.observe(3.9e18);
    }
    metrics.latency.observe(0.5);
    let latency = metrics.latency.snapshot();
    assert_eq!((latency.count(), latency.sum()), (5, 4.0 * 3.9e9 + 0.5));
    assert_eq!(refused(&telemetry, "full_latency_seconds"), 2.0);
    assert_eq!(
        (
            metrics.score.snapshot().count(),
            metrics.score.snapshot().sum()
        ),
        (1, 1e308)
    );
    assert_eq!(refused(&telemetry, "full_score"), 5.0);
    metrics.score.observe(-1e308);
    assert_eq!(metrics.score.snapshot().sum(), 0.0);
    assert_eq!(metrics.size.snapshot().count(), 4);
}

#[test]
fn scope_has_the_same_limits() {
    #[metric_catalog(namespace = "scoped_numbers", scope(tenant_id: max 4))]
    struct Metrics {
        /// Things.
        things: Counter,
        /// Level.
        level: Gauge,
        /// Latency.
        #[metric(unit = seconds, buckets = [1s])]
        latency: Histogram,
    }
    let metrics = Metrics::global();
    let telemetry = telemetry!(metrics);
    let tenant_id = "acme";
    TenantContext { tenant_id }.labels().in_scope(|| {
        metrics.things.add(u64::MAX);
        metrics.things.inc();
        metrics.level.add(1e17);
        metrics.level.inc();
        metrics.level.set(0.1);
        metrics.level.add(f64::NAN);
        metrics.level.add(0.25);
        for seconds in [3.9e9, 3.9e9, 3.9e9, 3.9e9, 3.9e9, -1.0] {
            metrics.latency.observe(seconds);
        }
    });
    let page = Page::of(&telemetry).unwrap();
    let of_tenant = |name| page.value(name, &[("tenant_id", tenant_id)]);
    assert_eq!(of_tenant("scoped_numbers_things_total"), Some(GREATEST));
    assert_eq!(of_tenant("scoped_numbers_level"), Some(0.35));
    assert_eq!(of_tenant("scoped_numbers_latency_seconds_count"), Some(4.0));
    let refused = ["things", "level", "latency_seconds"]
        .map(|metric| refused(&telemetry, &format!("scoped_numbers_{metric}")));
    assert_eq!(refused, [1.0, 1.0, 2.0]);
}
