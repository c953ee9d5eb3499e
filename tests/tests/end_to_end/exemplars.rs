//! Explicit exemplars, read back from Prometheus.

use std::{
    env,
    net::Ipv4Addr,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::{Exemplar, Histogram, LabelSet, metric_catalog};
use glyph_tests::environment;

use crate::{
    process::eventually,
    prometheus::{self, EXEMPLARS_ONLY, Labels, NATIVE_HISTOGRAMS, Prometheus},
};

#[derive(LabelSet)]
pub(crate) struct Route<'a> {
    #[label(max = 8)]
    pub(crate) route: &'a str,
}

#[metric_catalog(namespace = "exemplars")]
pub(crate) struct Metrics {
    /// Time until an answer.
    #[metric(name = "answer.duration", unit = seconds, buckets = [100ms, 1s])]
    pub(crate) answer: Histogram<Route<'_>>,
}

#[derive(LabelSet)]
struct Session<'a> {
    #[label(max = 400)]
    session: &'a str,
}

#[metric_catalog(namespace = "kept")]
struct KeptMetrics {
    /// Time until an answer, once for each session.
    #[metric(name = "answer.duration", unit = seconds, buckets = [100ms, 1s])]
    answer: Histogram<Session<'_>>,
}

/// Bucket, seconds, trace and span: one exemplar for each bucket.
const OBSERVED: [(&str, f64, &str, &str); 3] = [
    (
        "0.1",
        0.0625,
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00f067aa0ba902b7",
    ),
    (
        "1.0",
        0.5,
        "0af7651916cd43dd8448eb211c80319c",
        "b7ad6b7169203331",
    ),
    (
        "+Inf",
        30.0,
        "00000000000000000000000000000001",
        "0000000000000001",
    ),
];

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_returns_exemplars() {
    exemplars_come_back_from(EXEMPLARS_ONLY);
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_returns_exemplars_with_native_histograms() {
    exemplars_come_back_from(NATIVE_HISTOGRAMS);
}

fn exemplars_come_back_from(features: &str) {
    let telemetry = environment::telemetry("exemplars")
        .catalog(Metrics::global())
        .listener((Ipv4Addr::LOCALHOST, 0))
        .without_facade()
        .without_subscriber()
        .install()
        .unwrap();
    for (_, seconds, trace, span) in OBSERVED {
        Metrics::global().answer.observe_with_exemplar(
            Route { route: "/answer" },
            Duration::from_secs_f64(seconds),
            Exemplar::parse(trace, span).unwrap(),
        );
    }

    let prometheus = Prometheus::scraping(telemetry.local_addr().unwrap(), features);
    prometheus.wait_until_up();
    let selector = r#"exemplars_answer_duration_seconds_bucket{route="/answer"}"#;
    for (bound, value, trace, span) in OBSERVED {
        let expected = prometheus::Exemplar {
            bound: bound.to_owned(),
            labels: Labels::from([
                ("trace_id".to_owned(), trace.to_owned()),
                ("span_id".to_owned(), span.to_owned()),
            ]),
            value,
        };
        eventually("an exemplar comes back", || {
            let exemplars = prometheus.exemplars(selector)?;
            if exemplars.contains(&expected) {
                Ok(())
            } else {
                Err(format!("no {expected:?} in {exemplars:?}"))
            }
        });
    }
}

/// Records until `ended`, with a pause after each `burst` of observations.
fn record(route: &str, burst: u32, pause: Duration, ended: &AtomicBool) {
    static SPANS: AtomicU64 = AtomicU64::new(1);
    while !ended.load(Relaxed) {
        for number in 0..burst {
            let span = SPANS.fetch_add(1, Relaxed);
            let seconds = [0.01, 0.5, 5.0][usize::try_from(span % 3).unwrap()];
            Metrics::global().answer.observe_with_exemplar(
                Route { route },
                seconds + f64::from(number) / 1e6,
                Exemplar::new(span.into(), span),
            );
        }
        thread::sleep(pause);
    }
}

/// Records one exemplar in each bucket of many series, which all later scrapes see again.
fn keep_exemplars() {
    for number in 1..=400_u16 {
        let session = number.to_string();
        for (at, seconds) in [0.01, 0.5, 5.0].into_iter().enumerate() {
            let span = u64::from(number) << 8 | u64::try_from(at + 1).unwrap();
            KeptMetrics::global().answer.observe_with_exemplar(
                Session { session: &session },
                seconds,
                Exemplar::new(span.into(), span),
            );
        }
    }
}

/// `GLYPH_EXEMPLAR_SECONDS` sets the length: 600 is enough for drifting clocks to show.
#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_drops_no_exemplar_as_out_of_order() {
    let seconds = env::var("GLYPH_EXEMPLAR_SECONDS").ok();
    let seconds = seconds.map_or(20, |seconds| seconds.parse().unwrap());
    let telemetry = environment::telemetry("exemplars")
        .catalog(Metrics::global())
        .catalog(KeptMetrics::global())
        .listener((Ipv4Addr::LOCALHOST, 0))
        .without_facade()
        .without_subscriber()
        .install()
        .unwrap();
    let prometheus = Prometheus::scraping(telemetry.local_addr().unwrap(), EXEMPLARS_ONLY);
    prometheus.wait_until_up();
    keep_exemplars();
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        // Many, few, in bursts, and so few that scrapes see the same exemplar again.
        let threads = [
            ("/many", 1, 200_u64),
            ("/many", 1, 300),
            ("/few", 1, 700_000),
            ("/bursts", 50, 900_000),
            ("/seldom", 1, 4_500_000),
        ];
        for (route, burst, pause) in threads {
            let ended = &ended;
            scope.spawn(move || record(route, burst, Duration::from_micros(pause), ended));
        }
        let until = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < until {
            thread::sleep(Duration::from_millis(500));
        }
        ended.store(true, Relaxed);
    });
    let own = |name: &str| eventually(name, || prometheus.own_value(name));
    let appended = own("prometheus_tsdb_exemplar_exemplars_appended_total");
    // A scrape drops what is out of order before the storage sees it.
    let out_of_order = own("prometheus_tsdb_exemplar_out_of_order_exemplars_total")
        + own("prometheus_target_scrapes_exemplar_out_of_order_total");
    println!("{seconds} s: {appended} exemplars appended, {out_of_order} out of order");
    let scrapes = Duration::from_secs(seconds).as_secs_f64();
    assert!(
        appended >= 2.0 * scrapes,
        "{appended} exemplars were appended"
    );
    assert!(
        out_of_order.abs() < f64::EPSILON,
        "{out_of_order} exemplars were out of order"
    );
}
