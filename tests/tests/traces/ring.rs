//! Recent traces in the memory of the process.

use std::time::Duration;

use glyph_runtime::trace::{Pipeline, Protocol, SpanKind, SpanStatus, TraceSettings};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, Status, Tracer, TracerProvider},
};
use tracing_subscriber::layer::SubscriberExt;

use crate::{LONG, names, receiver::Receiver, spans, to_collector};

#[test]
fn ring_has_traces_without_a_collector() {
    let pipeline = Pipeline::start(&TraceSettings::new("shop")).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, || {
        let request = tracing::info_span!("request", otel.kind = "server", user = "ada", tries = 3);
        request.in_scope(|| {
            tracing::info!(step = "looked up", "found");
            let query = tracing::info_span!(
                "query",
                otel.status_code = "error",
                otel.status_description = "gone"
            );
            query.in_scope(|| {});
        });
    });
    let [trace] = &pipeline.recent()[..] else {
        panic!("not one trace")
    };
    assert_eq!(names(&trace.spans), ["request", "query"]);
    let root = trace.root().unwrap();
    assert_eq!(
        (root.name.as_str(), root.kind, root.sampled),
        ("request", SpanKind::Server, true)
    );
    assert_eq!((trace.id.len(), root.span_id.len()), (32, 16));
    assert_eq!(root.attributes["user"], "ada");
    assert_eq!(root.attributes["tries"], 3);
    assert_eq!(root.events[0].name, "found");
    assert_eq!(root.events[0].attributes["step"], "looked up");
    let query = trace.children(root).next().unwrap();
    assert_eq!(
        query.status,
        SpanStatus::Error {
            description: "gone".to_owned()
        }
    );
    assert!(query.start >= root.start && query.duration <= root.duration);
}

#[test]
fn ring_lists_latest_trace_first_and_drops_the_oldest() {
    let mut settings = TraceSettings::new("shop");
    settings.ring.spans = 3;
    let pipeline = Pipeline::start(&settings).unwrap();
    let tracer = pipeline.provider().tracer("test");
    for name in ["a", "b", "c", "d"] {
        tracer.in_span(name, |_| {});
    }
    let recent = pipeline.recent();
    let roots: Vec<_> = recent
        .iter()
        .map(|trace| trace.root().unwrap().name.as_str())
        .collect();
    assert_eq!(roots, ["d", "c", "b"]);
    assert_eq!(pipeline.snapshot().ring_spans, 3);
}

#[test]
fn large_trace_is_limited_in_the_ring() {
    let mut settings = TraceSettings::new("shop");
    settings.ring.spans = 4;
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 2);
    let tracer = pipeline.provider().tracer("test");
    tracer.in_span("root", |_| {
        for _ in 0..10 {
            tracer.in_span("step", |_| {});
        }
    });
    let recent = pipeline.recent();
    assert_eq!(recent.len(), 1);
    assert_eq!((recent[0].spans.len(), recent[0].missing_spans), (4, 7));
}

#[test]
fn ring_has_a_limit_of_bytes() {
    let mut settings = TraceSettings::new("shop");
    settings.ring.bytes = 100_000;
    let pipeline = Pipeline::start(&settings).unwrap();
    let tracer = pipeline.provider().tracer("test");
    for _ in 0..10 {
        tracer
            .start("big")
            .set_attribute(KeyValue::new("body", "x".repeat(40_000)));
    }
    tracer
        .start("vast")
        .set_attribute(KeyValue::new("body", "x".repeat(400_000)));
    assert_eq!(pipeline.recent().len(), 2);
}

#[test]
fn ring_of_size_zero_keeps_no_spans() {
    let mut settings = TraceSettings::new("shop");
    settings.ring.spans = 0;
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 1);
    assert!(pipeline.recent().is_empty());
    assert_eq!(pipeline.snapshot().spans_ended, 1);
}

#[test]
fn ring_is_kept_with_a_collector_if_asked() {
    let receiver = Receiver::start([]);
    let mut settings = to_collector(&receiver.endpoint(), Protocol::HttpProtobuf);
    let without = Pipeline::start(&settings).unwrap();
    spans(&without, 1);
    assert!(without.recent().is_empty());
    settings.ring.with_collector = true;
    let with = Pipeline::start(&settings).unwrap();
    spans(&with, 1);
    assert_eq!(with.recent().len(), 1);
    with.shutdown(LONG).unwrap();
    without.shutdown(LONG).unwrap();
    assert_eq!(receiver.accepted().len(), 2);
}

#[test]
fn ring_is_readable_after_shutdown() {
    let pipeline = Pipeline::start(&TraceSettings::new("shop")).unwrap();
    let tracer = pipeline.provider().tracer("test");
    tracer.start("work").set_status(Status::error("late"));
    pipeline.shutdown(Duration::ZERO).unwrap();
    assert_eq!(
        pipeline.recent()[0].spans[0].status,
        SpanStatus::Error {
            description: "late".to_owned()
        }
    );
}
