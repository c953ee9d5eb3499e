//! Spans, metrics and log records of one process, and their relations.

use opentelemetry_proto::tonic::metrics::v1::{HistogramDataPoint, Metric, metric::Data};

use crate::installed::{Service, lines, receiver::Receiver};
use glyph_tests::receiver::attributes::{hex, message, text};

const EXPORTERS: [(&str, &str); 2] = [
    ("OTEL_METRICS_EXPORTER", "otlp"),
    ("OTEL_LOGS_EXPORTER", "otlp"),
];

/// Returns an address without a listener that no other test uses: Linux has all of 127.0.0.0/8.
fn free_address() -> String {
    let host = if cfg!(target_os = "linux") {
        "127.2.0.1"
    } else {
        "127.0.0.1"
    };
    let listener = std::net::TcpListener::bind((host, 0)).unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Returns the only point of a histogram.
fn histogram(metrics: &[Metric], name: &str) -> HistogramDataPoint {
    let metric = metrics.iter().rfind(|metric| metric.name == name);
    match metric.and_then(|metric| metric.data.as_ref()) {
        Some(Data::Histogram(histogram)) => histogram.data_points[0].clone(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn all_three_signals_arrive_and_agree() {
    for protocol in ["grpc", "http/protobuf"] {
        let collector = Receiver::start([]);
        let endpoint = collector.endpoint();
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ];
        let mut service = Service::start(&[&variables[..], &EXPORTERS].concat(), &[]);
        let trace = service.turn();
        let page = service.page();
        let flushed = service.ask("flush");
        for signal in ["traces", "metrics", "logs"] {
            assert_eq!(flushed[signal], true, "{signal} by {protocol}");
        }

        let [span] = <[_; 1]>::try_from(collector.spans()).unwrap();
        assert_eq!(
            (span.name.as_str(), hex(&span.trace_id)),
            ("turn", trace.clone())
        );

        let metrics = collector.metrics();
        let duration = histogram(&metrics, "installed.turn.duration");
        let scraped =
            |suffix| page.value(&format!("installed_turn_duration_seconds_{suffix}"), &[]);
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let count = duration.count as f64;
        assert_eq!(
            (scraped("count"), scraped("sum")),
            (Some(count), duration.sum)
        );
        assert_eq!(hex(&duration.exemplars[0].trace_id), trace);

        let records = collector.records();
        let said: Vec<_> = records.iter().map(message).collect();
        assert_eq!(said, ["taken", "said by the log crate"]);
        for record in &records {
            assert_eq!(hex(&record.trace_id), trace);
            assert_eq!(record.span_id, span.span_id);
        }
        for resource in collector.resources() {
            let attribute = |name| text(&resource.attributes, name);
            assert_eq!(attribute("service.name"), Some("installed"));
            assert_eq!(attribute("service.version"), Some("1.2.3"));
        }

        let page = service.page();
        let exported = |signal| {
            let labels = [("signal", signal), ("exporter", "otlp")];
            page.value("glyph_export_exported_total", &labels)
        };
        assert_eq!(
            (exported("traces"), exported("logs")),
            (Some(1.0), Some(2.0))
        );
        assert!(exported("metrics").unwrap() > 0.0);
        assert_eq!(page.named("glyph_export_duration_seconds_count").count(), 3);
        let log = service.end();
        let line = lines(&log)
            .into_iter()
            .find(|line| line["message"] == "taken");
        assert_eq!(line.unwrap()["trace_id"], trace.as_str());
    }
}

#[test]
fn signals_arrive_after_an_outage() {
    let address = free_address();
    let endpoint = format!("http://{address}");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_EXPORT_TIMEOUT", "300"),
        ("OTEL_BLRP_EXPORT_TIMEOUT", "300"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "300"),
    ];
    let mut service = Service::start(&[&variables[..], &EXPORTERS].concat(), &[]);
    service.turn();
    let flushed = service.ask("flush");
    let collector = Receiver::start_at(&address, [], None);
    let trace = service.turn();
    let again = service.ask("flush");
    for signal in ["traces", "metrics", "logs"] {
        assert_eq!(
            (&flushed[signal], &again[signal]),
            (&false.into(), &true.into()),
            "{signal}"
        );
    }

    let [span] = <[_; 1]>::try_from(collector.spans()).unwrap();
    assert_eq!(hex(&span.trace_id), trace);
    // Sums include what was recorded before the outage.
    let duration = histogram(&collector.metrics(), "installed.turn.duration");
    assert_eq!(duration.count, 2);
    let page = service.page();
    let total = |name: &str, signal: &str| -> f64 {
        let of_signal = page.named(name);
        let of_signal = of_signal.filter(|sample| sample.labels["signal"] == signal);
        of_signal.map(|sample| sample.value).sum()
    };
    let ends = |signal| {
        (
            total("glyph_export_exported_total", signal),
            total("glyph_export_dropped_total", signal),
        )
    };
    assert_eq!(ends("traces"), (1.0, 1.0));
    // The exporters' events about the outage go to the log alone.
    assert_eq!(ends("logs"), (2.0, 2.0));
    assert!(total("glyph_export_failures_total", "metrics") >= 1.0);
    assert!(service.end().contains("export failed"));
}
