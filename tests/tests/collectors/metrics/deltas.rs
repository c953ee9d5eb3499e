//! Pushes of changes in place of totals.

use std::time::Duration;

use glyph_runtime::{
    Counter, Gauge, Histogram,
    catalog::Registry,
    expose::push::{MetricPushSettings, Pipeline, Temporality},
    metric_catalog,
    trace::Protocol,
};
use glyph_tests::{Page, children::alone, environment, wait};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Metric, metric::Data, number_data_point::Value,
};

use crate::metrics::{
    LONG,
    receiver::{Answer, PROTOCOLS, Receiver},
    settings,
};

#[metric_catalog(namespace = "deltas")]
struct Metrics {
    /// Things.
    things: Counter,
    /// Busy time.
    #[metric(unit = seconds)]
    busy: Counter,
    /// Latency.
    #[metric(unit = seconds, buckets = [1s, 2s])]
    latency: Histogram,
    /// Level.
    level: Gauge,
}

#[metric_catalog(namespace = "guests", scope(Guest { guest_id: max 2 }, idle = 1h))]
struct Guests {
    /// Visits.
    visits: Counter,
}

fn record(count: u64) {
    let metrics = Metrics::global();
    metrics.things.add(count);
    metrics
        .busy
        .add_duration(Duration::from_millis(500) * u32::try_from(count).unwrap());
    (0..count).for_each(|_| metrics.latency.observe(1.5));
    metrics.level.set(7.0);
}

/// Returns settings in which a push has no time for a second attempt.
fn changes(receiver: &Receiver, protocol: Protocol) -> MetricPushSettings {
    let mut settings = settings(&receiver.endpoint(), protocol);
    settings.temporality = Temporality::Delta;
    settings.export_timeout = Duration::from_millis(900);
    settings
}

fn start(settings: MetricPushSettings) -> Pipeline {
    let registry = Registry::new([Metrics::global() as _]).unwrap();
    Pipeline::start(settings, registry).unwrap()
}

/// A point of a counter or a histogram: its start, its time, and its count.
type Point = (u64, u64, f64);

fn points(metrics: &[Metric], name: &str) -> Vec<Point> {
    let named = metrics.iter().filter(|metric| metric.name == name);
    let of = |metric: &Metric| match metric.data.clone().unwrap() {
        Data::Sum(sum) => {
            assert!(sum.is_monotonic);
            assert_eq!(sum.aggregation_temporality(), AggregationTemporality::Delta);
            // Next to the series of a scope is the one outside of it, without labels.
            let points = sum.data_points.iter();
            let point = points.max_by_key(|point| point.attributes.len()).unwrap();
            let value = match point.value.unwrap() {
                Value::AsInt(count) => f64::from(u32::try_from(count).unwrap()),
                Value::AsDouble(value) => value,
            };
            (point.start_time_unix_nano, point.time_unix_nano, value)
        }
        Data::Histogram(histogram) => {
            assert_eq!(
                histogram.aggregation_temporality(),
                AggregationTemporality::Delta
            );
            let point = &histogram.data_points[0];
            let count = f64::from(u32::try_from(point.count).unwrap());
            assert_eq!(point.bucket_counts, [0, point.count, 0]);
            assert_eq!(point.sum, Some(count * 1.5));
            (point.start_time_unix_nano, point.time_unix_nano, count)
        }
        other => panic!("{other:?}"),
    };
    named.map(of).collect()
}

fn sum(points: &[Point]) -> f64 {
    points.iter().map(|(.., count)| count).sum()
}

/// Checks that each point begins where the one before ended.
fn check_times(points: &[Point]) {
    for pair in points.windows(2) {
        assert_eq!(pair[1].0, pair[0].1, "{points:?}");
    }
    assert!(
        points.iter().all(|(start, end, _)| start < end),
        "{points:?}"
    );
}

#[test]
fn changes_add_up_to_the_totals_over_an_outage() {
    alone(|| {
        for protocol in PROTOCOLS {
            let outage = [Answer::Accept, Answer::Unavailable, Answer::Unavailable];
            let receiver = Receiver::start(outage);
            let pipeline = start(changes(&receiver, protocol));
            let mut failed = 0;
            for count in 1..6 {
                record(count);
                failed += u64::from(pipeline.flush(LONG).is_err());
            }
            wait::until("the collector is back", || pipeline.flush(LONG).is_ok());
            assert!(failed > 0, "{:?}", pipeline.snapshot());

            let metrics = Metrics::global();
            let arrived = receiver.accepted();
            let (things, busy) = (metrics.things.value(), metrics.latency.snapshot().count());
            let totals = [things, busy].map(|total| f64::from(u32::try_from(total).unwrap()));
            let things = points(&arrived, "deltas.things");
            assert_eq!(sum(&things), totals[0], "{things:?}");
            let latency = points(&arrived, "deltas.latency");
            assert_eq!(sum(&latency), totals[1], "{latency:?}");
            let busy = points(&arrived, "deltas.busy");
            assert_eq!(sum(&busy), totals[0] / 2.0, "{busy:?}");
            for points in [things, latency, busy] {
                check_times(&points);
            }
            let mut levels = arrived
                .iter()
                .filter(|metric| metric.name == "deltas.level");
            let is_level = |metric: &Metric| match metric.data.as_ref().unwrap() {
                Data::Gauge(gauge) => gauge.data_points[0].value == Some(Value::AsDouble(7.0)),
                _ => false,
            };
            assert!(levels.all(is_level), "a gauge is no change");
        }
    });
}

#[test]
fn rejected_changes_are_lost_and_not_sent_again() {
    alone(|| {
        for protocol in PROTOCOLS {
            let receiver = Receiver::start([Answer::Accept, Answer::Refuse]);
            let pipeline = start(changes(&receiver, protocol));
            record(1);
            pipeline.flush(LONG).unwrap();
            record(2);
            pipeline.flush(LONG).unwrap_err();
            record(4);
            wait::until("the next push", || pipeline.flush(LONG).is_ok());
            let arrived = points(&receiver.accepted(), "deltas.things");
            assert_eq!(sum(&arrived[1..]), 4.0, "{arrived:?}");
            assert!(arrived[0].1 < arrived[1].0, "the lost push is between them");
        }
    });
}

/// Returns the change after a push of two things that has this response.
fn change_after(response: Answer, protocol: Protocol) -> f64 {
    let receiver = Receiver::start([Answer::Accept, response]);
    let pipeline = start(changes(&receiver, protocol));
    record(1);
    pipeline.flush(LONG).unwrap();
    record(2);
    pipeline.flush(LONG).unwrap_err();
    record(4);
    wait::until("the next push", || pipeline.flush(LONG).is_ok());
    let arrived = points(&receiver.accepted(), "deltas.things");
    arrived.last().unwrap().2
}

#[test]
fn changes_without_a_response_are_sent_again() {
    alone(|| {
        for protocol in PROTOCOLS {
            assert_eq!(change_after(Answer::Hang, protocol), 6.0);
        }
    });
}

#[test]
fn partly_accepted_changes_are_not_sent_again() {
    alone(|| {
        for protocol in PROTOCOLS {
            assert_eq!(change_after(Answer::AcceptBut(1), protocol), 4.0);
        }
    });
}

#[test]
fn scope_that_was_removed_and_returns_is_a_new_series() {
    alone(|| {
        let receiver = Receiver::start([]);
        let registry = Registry::new([Guests::global() as _]).unwrap();
        let settings = changes(&receiver, Protocol::HttpProtobuf);
        let pipeline = Pipeline::start(settings, registry).unwrap();
        let telemetry = environment::telemetry("guests").catalog(Guests::global());
        let telemetry = telemetry.without_listener().build().unwrap();
        let visit = |times| {
            let guest = Guest { guest_id: "ada" };
            guest.in_scope(|| Guests::global().visits.add(times));
        };
        visit(2);
        pipeline.flush(LONG).unwrap();
        Guest::idle_after(Duration::from_millis(1));
        wait::until("the scope is removed", || {
            let page = Page::of(&telemetry).unwrap();
            let mut visits = page.named("guests_visits_total");
            visits.all(|sample| !sample.labels.contains_key("guest_id"))
        });
        Guest::idle_after(Duration::from_secs(3600));
        visit(5);
        pipeline.flush(LONG).unwrap();
        visit(1);
        pipeline.flush(LONG).unwrap();
        let arrived = points(&receiver.accepted(), "guests.visits");
        let counts: Vec<_> = arrived.iter().map(|(.., count)| *count).collect();
        assert_eq!(counts, [2.0, 5.0, 1.0], "{arrived:?}");
        check_times(&arrived[1..]);
    });
}

#[test]
fn lowmemory_has_totals_of_counters_that_are_read_at_each_push() {
    alone(|| {
        let receiver = Receiver::start([]);
        let telemetry = environment::telemetry("lowmemory")
            .catalog(Metrics::global())
            .without_listener()
            .build()
            .unwrap();
        let mut settings = changes(&receiver, Protocol::HttpProtobuf);
        settings.temporality = Temporality::LowMemory;
        let pipeline = Pipeline::start(settings, telemetry.exposition()).unwrap();
        record(1);
        pipeline.flush(LONG).unwrap();
        let arrived = receiver.accepted();
        let temporality = |name: &str| {
            let found = arrived.iter().find(|metric| metric.name == name);
            let Some(Data::Sum(sum)) = &found.unwrap().data else {
                panic!("{name} is no sum")
            };
            sum.aggregation_temporality()
        };
        assert_eq!(temporality("deltas.things"), AggregationTemporality::Delta);
        let internal = temporality("glyph.export.exported");
        assert_eq!(internal, AggregationTemporality::Cumulative);
    });
}
