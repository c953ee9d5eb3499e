//! Metrics of the trace pipeline.

use glyph_runtime::{
    expose::Format,
    trace::{Pipeline, Protocol},
};
use glyph_tests::{Page, environment};

use crate::{
    LONG,
    receiver::{Answer, Receiver},
    spans, to_collector,
};

#[test]
fn page_counts_exported_and_dropped_spans() {
    let receiver = Receiver::start([Answer::AcceptBut(2)]);
    let pipeline =
        Pipeline::start(&to_collector(&receiver.endpoint(), Protocol::HttpProtobuf)).unwrap();
    let telemetry = environment::telemetry("shop")
        .without_traces()
        .build()
        .unwrap();
    telemetry.show_traces(&pipeline);
    spans(&pipeline, 5);
    pipeline.shutdown(LONG).unwrap_err();
    let page = Page::of(&telemetry).unwrap();
    let otlp = [("signal", "traces"), ("exporter", "otlp")];
    let value = |name| page.value(name, &otlp);
    assert_eq!(
        page.value("glyph_trace_spans_started_total", &[]),
        Some(5.0)
    );
    assert_eq!(page.value("glyph_trace_spans_ended_total", &[]), Some(5.0));
    assert_eq!(value("glyph_export_exported_total"), Some(3.0));
    assert_eq!(value("glyph_export_failures_total"), Some(0.0));
    assert_eq!(value("glyph_export_queue_length"), Some(0.0));
    assert_eq!(value("glyph_export_queue_capacity"), Some(2048.0));
    assert_eq!(value("glyph_export_duration_seconds_count"), Some(1.0));
    assert!(value("glyph_export_duration_seconds_sum").unwrap() > 0.0);
    let dropped = |reason| {
        let labels = [
            ("signal", "traces"),
            ("exporter", "otlp"),
            ("reason", reason),
        ];
        page.value("glyph_export_dropped_total", &labels)
    };
    assert_eq!(
        (dropped("rejected"), dropped("queue_full")),
        (Some(2.0), Some(0.0))
    );
    let openmetrics = telemetry.render(Format::OpenMetrics);
    assert!(openmetrics.contains("# TYPE glyph_export_duration_seconds histogram\n# UNIT glyph_export_duration_seconds seconds\n"));
}
