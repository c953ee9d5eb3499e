//! Exported metrics equal those of `/metrics`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use glyph_runtime::{
    Counter, Exemplar, Gauge, Histogram, LabelSet, Status,
    catalog::Registry,
    expose::push::Pipeline,
    metric_catalog,
    trace::{Compression, OtlpSettings, Protocol},
};
use glyph_tests::wait;
use glyph_tests::{Page, environment};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Metric, NumberDataPoint, metric::Data, number_data_point::Value,
};

use crate::metrics::{
    LONG,
    receiver::{Answer, PROTOCOLS, Receiver},
    settings,
};
use glyph_tests::receiver::attributes::text;

#[derive(LabelSet)]
struct Order {
    #[label(max = 8)]
    shop: &'static str,
    status: Status,
}

#[metric_catalog(namespace = "arrival")]
struct Metrics {
    /// Orders that were placed.
    orders: Counter<Order>,
    /// Time at work.
    #[metric(unit = seconds)]
    busy: Counter,
    /// Carts that are open.
    carts: Gauge,
    /// Time that a payment takes.
    #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
    payment: Histogram,
}

fn find<'m>(metrics: &'m [Metric], name: &str) -> &'m Metric {
    let found = metrics.iter().find(|metric| metric.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn numbers(metric: &Metric) -> &[NumberDataPoint] {
    match metric.data.as_ref().unwrap() {
        Data::Sum(sum) => {
            assert!(sum.is_monotonic);
            assert_eq!(
                sum.aggregation_temporality(),
                AggregationTemporality::Cumulative
            );
            &sum.data_points
        }
        Data::Gauge(gauge) => &gauge.data_points,
        other => panic!("{other:?}"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn value(point: &NumberDataPoint) -> f64 {
    match point.value.unwrap() {
        Value::AsInt(value) => value as f64,
        Value::AsDouble(value) => value,
    }
}

#[test]
fn each_kind_arrives_as_exposed() {
    let metrics = Metrics::global();
    let order = |status| Order {
        shop: "north \"1\"",
        status,
    };
    metrics.orders.add(order(Status::Ok), 3);
    metrics.busy.add_duration(Duration::from_millis(1500));
    metrics.carts.set(2.5);
    let exemplar = Exemplar::new(0xabc, 0xdef);
    metrics
        .payment
        .observe_with_exemplar(Duration::from_millis(20), exemplar);
    metrics.payment.observe(7.0);
    let telemetry = environment::telemetry("shop")
        .catalog(metrics)
        .build()
        .unwrap();
    let page = Page::of(&telemetry).unwrap();
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([]);
        let pipeline = Pipeline::start(
            settings(&receiver.endpoint(), protocol),
            telemetry.exposition(),
        )
        .unwrap();
        pipeline.shutdown(LONG).unwrap();
        let arrived = receiver.accepted();
        let orders = find(&arrived, "arrival.orders");
        assert_eq!(
            (orders.description.as_str(), orders.unit.as_str()),
            ("Orders that were placed.", "")
        );
        let ok = numbers(orders);
        let ok = ok
            .iter()
            .find(|point| text(&point.attributes, "status") == Some("ok"));
        let ok = ok.unwrap();
        assert_eq!(text(&ok.attributes, "shop"), Some("north \"1\""));
        assert_eq!(ok.value, Some(Value::AsInt(3)));
        let nanoseconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_nanos();
        assert!(ok.start_time_unix_nano < ok.time_unix_nano);
        assert!(u128::from(ok.time_unix_nano) <= nanoseconds(SystemTime::now()));
        let busy = find(&arrived, "arrival.busy");
        assert_eq!((busy.unit.as_str(), value(&numbers(busy)[0])), ("s", 1.5));
        assert_eq!(
            page.value("arrival_busy_seconds_total", &[]),
            Some(value(&numbers(busy)[0]))
        );
        assert_eq!(value(&numbers(find(&arrived, "arrival.carts"))[0]), 2.5);
        let Some(Data::Histogram(payment)) = &find(&arrived, "arrival.payment").data else {
            panic!("no histogram")
        };
        let point = &payment.data_points[0];
        assert_eq!(point.explicit_bounds, [0.01, 0.1, 1.0]);
        assert_eq!(point.bucket_counts, [0, 1, 0, 1]);
        assert_eq!((point.count, point.sum), (2, Some(7.02)));
        let [exemplar] = &point.exemplars[..] else {
            panic!("not one exemplar: {point:?}")
        };
        assert_eq!(exemplar.trace_id, 0xabc_u128.to_be_bytes());
        assert_eq!(exemplar.span_id, 0xdef_u64.to_be_bytes());
    }
}

#[test]
fn internal_metrics_and_push_counts_are_exposed() {
    let telemetry = environment::telemetry("own")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    let receiver = Receiver::start([Answer::AcceptBut(2)]);
    let settings = settings(&receiver.endpoint(), Protocol::HttpProtobuf);
    let pipeline = Pipeline::start(settings, telemetry.exposition()).unwrap();
    let undelivered = pipeline.flush(LONG).unwrap_err();
    assert_eq!(undelivered.count(), 2);
    let arrived = receiver.accepted();
    assert_eq!(value(&numbers(find(&arrived, "glyph.scrapes"))[0]), 0.0);
    let page = Page::of(&telemetry).unwrap();
    let counts = pipeline.snapshot();
    let account = [("signal", "metrics"), ("exporter", "otlp")];
    let exported = page.value("glyph_export_exported_total", &account);
    assert_eq!(exported.map(|points| points > 2.0), Some(true));
    let rejected = [
        ("signal", "metrics"),
        ("exporter", "otlp"),
        ("reason", "rejected"),
    ];
    assert_eq!(
        page.value("glyph_export_dropped_total", &rejected),
        Some(2.0)
    );
    pipeline.flush(LONG).unwrap();
    let arrived = receiver.accepted();
    let exported: Vec<_> = arrived
        .iter()
        .filter(|metric| metric.name == "glyph.export.exported")
        .map(|metric| value(&numbers(metric)[0]))
        .collect();
    // The first push began before anything was pushed.
    assert_eq!(exported.len(), 2);
    assert_eq!(exported[0], 0.0);
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let counted = counts.exported as f64;
    assert_eq!(exported[1], counted);
}

#[test]
fn push_happens_at_each_interval() {
    let receiver = Receiver::start([]);
    let registry = Registry::new([Metrics::global() as _]).unwrap();
    let mut settings = settings(&receiver.endpoint(), Protocol::Grpc);
    settings.interval = Duration::from_millis(20);
    let pipeline = Pipeline::start(settings, registry).unwrap();
    wait::until("three pushes have arrived", || {
        receiver.received().len() >= 3
    });
    let requests = receiver.received();
    let between = requests[2].at - requests[0].at;
    assert!(between >= Duration::from_millis(20), "{between:?}");
    pipeline.shutdown(LONG).unwrap();
    let after = receiver.received().len();
    assert!(
        pipeline.shutdown(LONG).is_ok(),
        "a second one has nothing to do"
    );
    assert_eq!(receiver.received().len(), after);
}

#[test]
fn requests_have_the_configured_path_and_compression() {
    let paths = [
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        "/v1/metrics",
    ];
    for (protocol, path) in PROTOCOLS.into_iter().zip(paths) {
        let receiver = Receiver::start([]);
        let mut settings = settings("", protocol);
        settings.version = Some("1.2.3".to_owned());
        settings.otlp = OtlpSettings::new(receiver.endpoint(), protocol);
        settings.otlp.compression = Compression::Gzip;
        settings.otlp.headers = vec![("tenant".to_owned(), "a b".to_owned())];
        let registry = Registry::new([Metrics::global() as _]).unwrap();
        Pipeline::start(settings, registry)
            .unwrap()
            .shutdown(LONG)
            .unwrap();
        let [only] = <[_; 1]>::try_from(receiver.received()).unwrap();
        assert_eq!((only.path.as_str(), only.packed), (path, true));
        assert_eq!(only.headers["tenant"], "a b");
        let resource = only.request.resource_metrics[0].resource.as_ref();
        let said = &resource.unwrap().attributes;
        assert_eq!(text(said, "service.name"), Some("shop"));
        assert_eq!(text(said, "service.version"), Some("1.2.3"));
    }
}
