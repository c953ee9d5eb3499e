//! Metrics that are read from functions, in every export.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::float_cmp, reason = "values are exact")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    time::{Duration, Instant},
};

use glyph_runtime::{Counter, Gauge, expose::Format, metric_catalog};
use glyph_tests::{Page, environment, wait};

#[metric_catalog(namespace = "functions")]
struct Metrics {
    /// Idle connections.
    idle: Gauge,
    /// Connections so far.
    opened: Counter,
}

#[test]
fn each_scrape_has_the_number_of_that_moment_in_both_formats() {
    let metrics = Metrics::global();
    let telemetry = environment::telemetry("functions")
        .catalog(metrics)
        .build()
        .unwrap();
    let number = Arc::new(AtomicU64::new(0));
    let (idle, opened) = (Arc::clone(&number), Arc::clone(&number));
    let _readings = (
        metrics.idle.read_from(move || idle.load(Relaxed)),
        metrics.opened.read_from(move || opened.load(Relaxed)),
    );
    for now in [3, 8] {
        number.store(now, Relaxed);
        for format in [Format::Text, Format::OpenMetrics] {
            let has_both = || {
                let page = telemetry.render(format);
                let line = |name: &str| page.contains(&format!("\n{name} {now}\n"));
                line("functions_idle") && line("functions_opened_total")
            };
            wait::until("the scrape has both numbers", has_both);
        }
    }
}

#[metric_catalog(namespace = "slow_function")]
struct Slow {
    /// Connections of a pool that is locked.
    locked: Gauge,
    /// Idle connections.
    idle: Gauge,
}

#[test]
fn function_that_does_not_return_keeps_the_last_value_and_holds_up_one_scrape() {
    let metrics = Slow::global();
    let telemetry = environment::telemetry("slow")
        .catalog(metrics)
        .build()
        .unwrap();
    let (release, until) = mpsc::channel::<()>();
    let (calls, until) = (AtomicU64::new(0), Mutex::new(until));
    let _locked = metrics.locked.read_from(move || {
        if calls.fetch_add(1, Relaxed) > 0 {
            let _released = until.lock().unwrap().recv();
        }
        4
    });
    let value =
        |name: &str, labels: &[(&str, &str)]| Page::of(&telemetry).unwrap().value(name, labels);
    wait::until("the first value is read", || {
        value("slow_function_locked", &[]) == Some(4.0)
    });
    let _idle = metrics.idle.read_from(|| 7);
    let failed = [("metric", "slow_function_locked"), ("reason", "slow")];
    let failures = || value("glyph_scrape_read_failures_total", &failed);
    wait::until("the function is slow", || failures().is_some());
    let before = failures();
    let started = Instant::now();
    wait::until("later scrapes read the other function", || {
        value("slow_function_idle", &[]) == Some(7.0)
    });
    assert!(started.elapsed() < wait::LONG);
    assert_eq!(value("slow_function_locked", &[]), Some(4.0));
    assert!(failures() > before, "each scrape counts the function");
    drop(release);
}

#[metric_catalog(namespace = "panicking_function")]
struct Panicking {
    /// Idle connections.
    idle: Gauge,
}

#[test]
fn function_that_panics_is_counted() {
    let metrics = Panicking::global();
    let telemetry = environment::telemetry("panics")
        .catalog(metrics)
        .build()
        .unwrap();
    let _panics = metrics
        .idle
        .read_from(|| -> u64 { std::panic::resume_unwind(Box::new("the pool is gone")) });
    let labels = [
        ("metric", "panicking_function_idle"),
        ("reason", "panicked"),
    ];
    wait::until("the panic is counted", || {
        let page = Page::of(&telemetry).unwrap();
        page.value("glyph_scrape_read_failures_total", &labels) >= Some(1.0)
    });
    assert_eq!(metrics.idle.value(), 0.0);
    assert!(telemetry.flush_blocking(Duration::from_secs(30)).is_ok());
}
