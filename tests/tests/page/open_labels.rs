//! Untrusted label values cannot grow the exposition.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::thread;

use glyph_runtime::{Counter, Histogram, LabelSet, Status, metric_catalog};
use glyph_tests::children::alone;
use glyph_tests::{Page, environment};
use proptest::prelude::*;

#[derive(LabelSet)]
struct Caller<'a> {
    #[label(max = 128)]
    caller: &'a str,
}

#[derive(LabelSet)]
struct Call<'a> {
    #[label(max = 4)]
    tool: &'a str,
    status: Status,
}

#[derive(LabelSet)]
struct Route<'a> {
    #[label(max = 3)]
    host: String,
    #[label(max = 3)]
    path: &'a str,
    #[label(max = 8)]
    code: u16,
}

#[test]
fn million_label_values_make_129_series() {
    alone(|| {
        #[metric_catalog(namespace = "flood")]
        struct Metrics {
            /// Calls by caller.
            calls: Counter<Caller<'_>>,
        }
        let metrics = Metrics::global();
        for caller in ["first", "second"] {
            metrics.calls.inc(Caller { caller });
        }
        let before = resident_kilobytes();
        for number in 0..1_000_000_u32 {
            metrics.calls.inc(Caller {
                caller: &number.to_string(),
            });
        }
        let grown = resident_kilobytes().saturating_sub(before);
        metrics.calls.inc(Caller { caller: "first" });

        let telemetry = environment::telemetry("test")
            .catalog(metrics)
            .build()
            .unwrap();
        let page = Page::of(&telemetry).unwrap();
        assert_eq!(page.named("flood_calls_total").count(), 129);
        assert_eq!(
            page.value("flood_calls_total", &[("caller", "first")]),
            Some(2.0)
        );
        assert_eq!(
            page.value("flood_calls_total", &[("caller", "125")]),
            Some(1.0)
        );
        assert_eq!(
            page.value("flood_calls_total", &[("caller", "other")]),
            Some(999_874.0)
        );
        let overflow = [("metric", "flood_calls"), ("label", "caller")];
        assert_eq!(
            page.value("glyph_label_overflow_total", &overflow),
            Some(999_874.0)
        );
        assert!(
            grown < 8 * 1024,
            "a bounded label grew memory by {grown} KiB"
        );
    });
}

/// Returns the resident memory, or zero if the system does not report it.
fn resident_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or_default()
}

#[test]
fn label_limit_holds_when_threads_race() {
    #[metric_catalog(namespace = "race")]
    struct Metrics {
        /// Calls by caller.
        calls: Counter<Caller<'_>>,
    }
    let metrics = Metrics::global();
    thread::scope(|scope| {
        for start in 0..8 {
            scope.spawn(move || {
                for number in 0..1_000 {
                    metrics.calls.inc(Caller {
                        caller: &((number + start * 50) % 1_000).to_string(),
                    });
                }
            });
        }
    });
    let telemetry = environment::telemetry("test")
        .catalog(metrics)
        .build()
        .unwrap();
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.named("race_calls_total").count(), 129);
    let total: f64 = page
        .named("race_calls_total")
        .map(|sample| sample.value)
        .sum();
    assert!((total - 8_000.0).abs() < 0.5);
    let other = page.value("race_calls_total", &[("caller", "other")]);
    assert_eq!(
        page.value(
            "glyph_label_overflow_total",
            &[("metric", "race_calls"), ("label", "caller")]
        ),
        other
    );
}

#[test]
fn closed_labels_start_at_zero_for_a_new_open_value() {
    #[metric_catalog(namespace = "born")]
    struct Metrics {
        /// Calls by tool.
        calls: Counter<Call<'_>>,
    }
    let telemetry = environment::telemetry("test")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    assert_eq!(
        Page::of(&telemetry)
            .unwrap()
            .named("born_calls_total")
            .count(),
        0
    );
    Metrics::global().calls.inc(Call {
        tool: "dice",
        status: Status::Ok,
    });
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(
        page.value("born_calls_total", &[("tool", "dice"), ("status", "error")]),
        Some(0.0)
    );
    assert_eq!(
        page.value("born_calls_total", &[("tool", "dice"), ("status", "ok")]),
        Some(1.0)
    );
}

#[test]
fn only_recorded_combinations_are_exposed() {
    #[metric_catalog(namespace = "seen")]
    struct Metrics {
        /// Requests by route.
        requests: Counter<Route<'_>>,
    }
    let metrics = Metrics::global();
    for (host, path, code) in [("a", "/x", 200), ("b", "/y", 404), ("a", "/x", 200)] {
        metrics.requests.inc(Route {
            host: host.to_owned(),
            path,
            code,
        });
    }
    let telemetry = environment::telemetry("test")
        .catalog(metrics)
        .build()
        .unwrap();
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.named("seen_requests_total").count(), 2);
    assert_eq!(
        page.value(
            "seen_requests_total",
            &[("host", "a"), ("path", "/x"), ("code", "200")]
        ),
        Some(2.0)
    );
}

#[test]
fn sparse_metric_exposes_only_recorded_series() {
    #[metric_catalog(namespace = "sparse")]
    struct Metrics {
        /// Calls by status.
        #[metric(sparse)]
        calls: Counter<Call<'_>>,
    }
    Metrics::global().calls.inc(Call {
        tool: "dice",
        status: Status::Error,
    });
    let telemetry = environment::telemetry("test")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.named("sparse_calls_total").count(), 1);
}

#[test]
fn hostile_values_are_cut_and_make_one_series_each() {
    #[metric_catalog(namespace = "hostile", max_series = 100_000)]
    struct Metrics {
        /// Time by tool.
        #[metric(unit = seconds, buckets = [1s])]
        time: Histogram<Caller<'_>>,
    }
    let metrics = Metrics::global();
    let long = "é".repeat(500_000);
    let values = [
        "",
        "\"",
        "\\",
        "\n",
        "a\0b",
        "a\u{fffd}b",
        "😀",
        "other",
        "{le=\"1\"} 7\n",
        &long,
        "\r\u{85}\u{2028}",
    ];
    for value in values {
        metrics.time.observe(Caller { caller: value }, 0.5);
    }
    let telemetry = environment::telemetry("test")
        .catalog(metrics)
        .build()
        .unwrap();
    let page = Page::of(&telemetry).unwrap();
    let counts: Vec<_> = page.named("hostile_time_seconds_count").collect();
    // Two encodings of `a�b` are one series.
    assert_eq!(counts.len(), values.len() - 1);
    assert!(page.text().lines().all(|line| line.len() < 1_000));
    assert_eq!(
        page.value("hostile_time_seconds_count", &[("caller", "a\u{fffd}b")]),
        Some(2.0)
    );
    assert_eq!(
        page.value(
            "hostile_time_seconds_count",
            &[("caller", "{le=\"1\"} 7\n")]
        ),
        Some(1.0)
    );
    assert_eq!(
        page.value(
            "glyph_label_overflow_total",
            &[("metric", "hostile_time_seconds"), ("label", "caller")]
        ),
        Some(0.0)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn page_with_any_label_values_parses_and_adds_up(values in prop::collection::vec(".{0,12}", 1..40)) {
        #[metric_catalog(namespace = "any")]
        struct Metrics {
            /// Calls by caller.
            calls: Counter<Caller<'_>>,
        }
        let metrics = Metrics::global();
        let telemetry = environment::telemetry("test").catalog(metrics).build().unwrap();
        let total = |page: &Page| page.named("any_calls_total").map(|sample| sample.value).sum::<f64>();
        let before = total(&Page::of(&telemetry).unwrap());
        for value in &values {
            metrics.calls.inc(Caller { caller: value });
        }
        let page = Page::of(&telemetry).unwrap();
        prop_assert!(page.named("any_calls_total").count() <= 129);
        prop_assert!((total(&page) - before - f64::from(u32::try_from(values.len()).unwrap())).abs() < 0.5);
    }
}
