//! The times of exemplars, as scrapes see them.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use glyph_runtime::{Exemplar, Histogram, Telemetry, expose::Format, metric_catalog};
use glyph_tests::{Page, environment};

macro_rules! observed {
    ($namespace:literal) => {{
        #[metric_catalog(namespace = $namespace)]
        struct Metrics {
            /// Latency.
            #[metric(unit = seconds, buckets = [100ms, 1s])]
            latency: Histogram,
        }
        let metrics = Metrics::global();
        let telemetry = environment::telemetry("test").catalog(metrics).build();
        (&metrics.latency, telemetry.unwrap())
    }};
}

/// Returns the exemplars of all buckets: the span, and the time in milliseconds.
fn exemplars(telemetry: &Telemetry) -> Vec<(String, u128)> {
    let page = Page::parse(&telemetry.render(Format::OpenMetrics)).unwrap();
    let buckets = page
        .text()
        .lines()
        .filter(|line| line.contains("latency_seconds_bucket{"));
    let exemplars = buckets.filter_map(|line| line.split_once(" # ").map(|(_, rest)| rest));
    exemplars
        .map(|exemplar| {
            let (_, rest) = exemplar.split_once("span_id=\"").unwrap();
            let (span, _) = rest.split_once('"').unwrap();
            let (_, time) = exemplar.rsplit_once(' ').unwrap();
            (span.to_owned(), time.replace('.', "").parse().unwrap())
        })
        .collect()
}

fn milliseconds() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_millis()
}

#[test]
fn time_of_an_exemplar_is_that_of_its_observation_at_each_scrape() {
    let (latency, telemetry) = observed!("exemplar_time");
    let before = milliseconds();
    latency.observe_with_exemplar(0.05, Exemplar::new(1, 1));
    let after = milliseconds();
    latency.observe_with_exemplar(0.5, Exemplar::new(1, 2));
    let first = exemplars(&telemetry);
    assert_eq!(first.len(), 2, "{first:?}");
    // Within the precision of the two clocks.
    let (_, time) = first.first().unwrap();
    assert!(
        (before - 2..=after + 2).contains(time),
        "{before} {time} {after}"
    );
    let until = Instant::now() + Duration::from_millis(300);
    while Instant::now() < until {
        assert_eq!(exemplars(&telemetry), first);
    }
}

#[test]
fn times_of_one_bucket_rise_from_scrape_to_scrape() {
    let (latency, telemetry) = observed!("exemplar_order");
    let ended = std::sync::atomic::AtomicBool::new(false);
    let relaxed = std::sync::atomic::Ordering::Relaxed;
    thread::scope(|scope| {
        for thread in 1..=2_u64 {
            let ended = &ended;
            scope.spawn(move || {
                let mut span = thread << 32;
                while !ended.load(relaxed) {
                    span += 1;
                    latency.observe_with_exemplar(0.05, Exemplar::new(1, span));
                }
            });
        }
        let mut last: Option<(String, u128)> = None;
        let until = Instant::now() + Duration::from_millis(500);
        while Instant::now() < until {
            let Some(seen) = exemplars(&telemetry).into_iter().next() else {
                continue;
            };
            if let Some(last) = &last {
                let rises = seen == *last || seen.1 > last.1;
                assert!(rises, "{seen:?} after {last:?}");
            }
            last = Some(seen);
        }
        ended.store(true, relaxed);
        assert!(last.is_some(), "no exemplar was seen");
    });
}
