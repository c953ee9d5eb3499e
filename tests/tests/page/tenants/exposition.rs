//! Scope labels in every output.

use std::time::Duration;

use glyph_runtime::{
    Counter, Exemplar, Histogram, Telemetry,
    expose::{
        Format,
        push::{MetricPushSettings, Pipeline},
    },
    metric_catalog,
    trace::OtlpSettings,
};
use glyph_tests::children::alone;
use glyph_tests::environment;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;

use glyph_tests::receiver::{
    attributes::text,
    metrics::{PROTOCOLS, Receiver},
};

#[metric_catalog(namespace = "exposed", scope(tenant_id: max 10))]
struct Metrics {
    /// Requests.
    requests: Counter,
    /// Latency.
    #[metric(unit = seconds, buckets = [10ms, 1s])]
    latency: Histogram,
}

fn record() -> Telemetry {
    let metrics = Metrics::global();
    for tenant_id in ["acme", "ibex"] {
        TenantContext { tenant_id }.in_scope(|| {
            metrics.requests.inc();
            let exemplar = Exemplar::new(0xabc, 0xdef);
            metrics
                .latency
                .observe_with_exemplar(Duration::from_millis(20), exemplar);
        });
    }
    metrics.latency.observe(0.5);
    let builder = environment::telemetry("exposed").catalog(metrics);
    builder.build().unwrap()
}

#[test]
fn expositions_and_points_have_labels_and_exemplars() {
    let telemetry = record();
    let page = telemetry.render(Format::OpenMetrics);
    let bucket = "exposed_latency_seconds_bucket{tenant_id=\"acme\",le=\"1.0\"} 1 # {trace_id=\"00000000000000000000000000000abc\",span_id=\"0000000000000def\"} 0.02 ";
    assert!(page.contains(bucket), "{page}");
    assert!(page.contains("exposed_requests_total{tenant_id=\"ibex\"} 1\n"));
    assert!(
        page.contains("exposed_latency_seconds_bucket{le=\"1.0\"} 1\n"),
        "{page}"
    );
    let page = telemetry.render(Format::Text);
    assert!(page.contains("exposed_latency_seconds_sum{tenant_id=\"acme\"} 0.02\n"));

    for protocol in PROTOCOLS {
        let receiver: Receiver = Receiver::start([]);
        let collector = OtlpSettings::new(receiver.endpoint(), protocol);
        let mut settings = MetricPushSettings::new("exposed", collector);
        settings.interval = Duration::from_secs(3600);
        let pipeline = Pipeline::start(settings, telemetry.exposition()).unwrap();
        pipeline.shutdown(Duration::from_secs(20)).unwrap();
        let arrived = receiver.accepted();
        let named = |name: &str| arrived.iter().find(|metric| metric.name == name).unwrap();
        let Some(Data::Histogram(latency)) = &named("exposed.latency").data else {
            unreachable!("a histogram");
        };
        let tenants: Vec<_> = latency
            .data_points
            .iter()
            .map(|point| {
                (
                    text(&point.attributes, "tenant_id"),
                    point.count,
                    point.exemplars.len(),
                )
            })
            .collect();
        assert_eq!(
            tenants,
            [(None, 1, 0), (Some("acme"), 1, 1), (Some("ibex"), 1, 1)]
        );
        let Some(Data::Sum(requests)) = &named("exposed.requests").data else {
            unreachable!("a sum");
        };
        // The points of a tenant start when it appeared, after the start of the program.
        let since: Vec<_> = requests
            .data_points
            .iter()
            .map(|point| point.start_time_unix_nano)
            .collect();
        assert!(since.windows(2).all(|pair| pair[0] < pair[1]), "{since:?}");
    }
}

#[test]
fn facade_records_in_the_current_scope() {
    alone(|| {
        let metrics = Metrics::global();
        let captured = glyph_runtime::testing::capture();
        let telemetry = environment::telemetry("exposed")
            .catalog(metrics)
            .without_listener()
            .without_log();
        let _telemetry = telemetry.install().unwrap();
        let requests = metrics::counter!("exposed.requests");
        requests.increment(2);
        TenantContext { tenant_id: "acme" }.in_scope(|| {
            requests.increment(3);
            requests.absolute(5);
            metrics::counter!("exposed_requests_total").increment(4);
            metrics::histogram!("exposed.latency").record(0.5);
        });
        let requests = captured.counter(&metrics.requests);
        assert_eq!(requests.with_label("tenant_id", "").value(), 2);
        assert_eq!(requests.with_label("tenant_id", "acme").value(), 9);
        let latency = captured.histogram_of(&metrics.latency);
        assert_eq!(latency.with_label("tenant_id", "acme").count(), 1);
        assert_eq!(latency.count(), 1);
    });
}
