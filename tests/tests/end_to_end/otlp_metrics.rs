//! Metrics at an independent collector, compared with a scrape at the same moment.

use std::time::Duration;

use glyph_runtime::{
    Counter, Gauge, Histogram, LabelSet, Status,
    expose::push::{MetricPushSettings, Pipeline},
    metric_catalog,
    trace::{OtlpSettings, Protocol},
};
use glyph_tests::{Page, environment};

use crate::rotel::Rotel;

#[derive(LabelSet)]
struct Order {
    status: Status,
}

#[metric_catalog(namespace = "received")]
struct Metrics {
    /// Orders that were placed.
    orders: Counter<Order>,
    /// Carts that are open.
    carts: Gauge,
    /// Time that a payment takes.
    #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
    payment: Histogram,
}

/// Returns the text after `label` in its first line after the metric's name.
fn behind<'l>(lines: &'l [String], metric: &str, label: &str) -> &'l str {
    let start = lines.iter().position(|line| line.contains(metric));
    let start = start.unwrap_or_else(|| panic!("no {metric} in {lines:#?}"));
    let mut rest = lines.get(start..).unwrap_or_default().iter();
    let found = rest.find_map(|line| line.strip_prefix(label));
    let found = found.unwrap_or_else(|| panic!("no {label} behind {metric} in {lines:#?}"));
    found.trim_start_matches([' ', ':']).trim()
}

fn arrives(endpoint: impl FnOnce(&Rotel) -> String, protocol: Protocol) {
    let rotel = Rotel::start("metrics");
    let metrics = Metrics::global();
    let telemetry = environment::telemetry("shop")
        .catalog(metrics)
        .build()
        .unwrap();
    metrics.orders.add(Order { status: Status::Ok }, 3);
    metrics.carts.set(2.5);
    metrics.payment.observe(Duration::from_millis(20));
    let otlp = OtlpSettings::new(endpoint(&rotel), protocol);
    let pipeline = Pipeline::start(
        MetricPushSettings::new("shop", otlp),
        telemetry.exposition(),
    )
    .unwrap();
    let page = Page::of(&telemetry).unwrap();
    pipeline.shutdown(Duration::from_secs(30)).unwrap();

    let lines = rotel.received("glyph.series");
    let number = |metric, label| behind(&lines, metric, label).parse::<f64>().ok();
    assert_eq!(
        number("received.carts", "Value"),
        page.value("received_carts", &[])
    );
    assert_eq!(
        number("received.payment", "Count"),
        page.value("received_payment_seconds_count", &[])
    );
    assert_eq!(
        number("received.payment", "Sum"),
        page.value("received_payment_seconds_sum", &[])
    );
    assert!(lines.iter().any(|line| line.contains("received.orders")));
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn metrics_arrive_over_grpc() {
    arrives(|rotel| format!("http://{}", rotel.grpc), Protocol::Grpc);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn metrics_arrive_over_http() {
    arrives(
        |rotel| format!("http://{}", rotel.http),
        Protocol::HttpProtobuf,
    );
}

/// Two replicas of one program send their metrics to one collector.
#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn replicas_are_separate_series() {
    let rotel = Rotel::start("metrics");
    let endpoint = format!("http://{}", rotel.http);
    let replicas = [(); 2].map(|()| {
        let endpoint = endpoint.clone();
        environment::telemetry("shop")
            .catalog(Metrics::global())
            .env_lookup(move |name| match name {
                "OTEL_EXPORTER_OTLP_ENDPOINT" => Some(endpoint.clone()),
                "OTEL_METRICS_EXPORTER" => Some("otlp".to_owned()),
                _ => None,
            })
            .build()
            .unwrap()
    });
    let instances = replicas.map(|replica| {
        let page = Page::of(&replica).unwrap();
        let target = page.named("target_info").next().unwrap();
        let instance = target.labels["service_instance_id"].clone();
        let report = replica.shutdown_blocking(Duration::from_secs(30));
        assert!(report.is_complete(), "{report}");
        instance
    });
    for instance in instances {
        // It fails if no push had this instance.
        let _lines = rotel.received(&format!("service.instance.id: Str({instance})"));
    }
}
