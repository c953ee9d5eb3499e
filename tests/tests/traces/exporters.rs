//! Custom exporters, and the limits of their queues.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    time::Duration,
};

use glyph_runtime::trace::{
    DropReason, ExportCounts, Pipeline, Protocol, TraceSettings, Undelivered, UndeliveredPart,
};
use glyph_tests::wait::{self, within};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, Tracer, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

use crate::{LONG, hasty, receiver::Receiver as Collector, spans, to_collector};

/// An exporter that calls a function with each batch.
struct Does<F>(F);

impl<F> std::fmt::Debug for Does<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Does")
    }
}

impl<F: Fn(Vec<SpanData>) + Send + Sync> SpanExporter for Does<F> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        (self.0)(batch);
        Ok(())
    }
}

/// An exporter that never returns.
#[derive(Debug)]
struct Silent;

impl SpanExporter for Silent {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        std::future::pending().await
    }
}

fn counts(pipeline: &Pipeline) -> ExportCounts {
    pipeline.snapshot().exporter("mine").unwrap().clone()
}

/// A gate that blocks exports and reports their arrival.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let opened = self.0.1.wait_while(self.0.0.lock().unwrap(), |open| !*open);
        drop(opened.unwrap());
    }
}

/// Returns a pipeline whose exporter has taken one span and waits at the gate.
fn held_up(settings: &TraceSettings) -> (Pipeline, Gate, Receiver<usize>) {
    let gate = Gate::default();
    let (arrived, arrivals): (SyncSender<usize>, _) = mpsc::sync_channel(100);
    let closed = gate.clone();
    let exporter = Does(move |batch: Vec<SpanData>| {
        arrived.send(batch.len()).unwrap();
        closed.pass();
    });
    let mut settings = settings.clone();
    hasty(&mut settings.batch, LONG);
    let pipeline = Pipeline::start_with_exporter(&settings, "mine", exporter).unwrap();
    spans(&pipeline, 1);
    assert_eq!(wait::received("the exporter has a batch", &arrivals), 1);
    (pipeline, gate, arrivals)
}

#[test]
fn full_queue_drops_and_counts_spans() {
    let mut settings = TraceSettings::new("shop");
    settings.batch.queue = 10;
    settings.batch.batch = 4;
    let (pipeline, gate, arrivals) = held_up(&settings);
    spans(&pipeline, 25);
    let held = counts(&pipeline);
    assert_eq!((held.queue_length, held.queue_capacity), (10, 10));
    assert_eq!(held.dropped_for(DropReason::QueueFull), 15);
    gate.open();
    pipeline.shutdown(LONG).unwrap();
    let ended = counts(&pipeline);
    assert_eq!(
        (ended.exported, ended.dropped_in_all(), ended.queue_length),
        (11, 15, 0)
    );
    assert_eq!(arrivals.try_iter().collect::<Vec<_>>(), [4, 4, 2]);
}

#[test]
fn spans_of_any_size_stay_within_the_bytes_of_the_queue() {
    let mut settings = TraceSettings::new("shop");
    settings.batch.queue_bytes = 1 << 20;
    let (pipeline, gate, _arrivals) = held_up(&settings);
    let tracer = pipeline.provider().tracer("test");
    for _ in 0..20 {
        let mut span = tracer.start("big");
        span.set_attribute(KeyValue::new("body", "x".repeat(100_000)));
    }
    assert_eq!(counts(&pipeline).queue_length, 10);
    assert_eq!(counts(&pipeline).dropped_for(DropReason::QueueFull), 10);
    gate.open();
    pipeline.shutdown(LONG).unwrap();
}

#[test]
fn texts_are_cut_at_the_limit() {
    let (sender, received) = mpsc::channel();
    let mut settings = TraceSettings::new("shop");
    settings.limits.attribute_value_length = Some(5);
    let exporter = Does(move |batch: Vec<SpanData>| sender.send(batch).unwrap());
    let pipeline = Pipeline::start_with_exporter(&settings, "mine", exporter).unwrap();
    let tracer = pipeline.provider().tracer("test");
    tracer
        .start("work")
        .set_attribute(KeyValue::new("word", "grüßen"));
    pipeline.shutdown(LONG).unwrap();
    let batch = wait::received("the batch", &received);
    assert_eq!(batch[0].attributes[0].value.as_str(), "grü");
}

fn spans_for_mine(count: u64) -> UndeliveredPart {
    UndeliveredPart {
        url: None,
        destination: "mine",
        items: "spans",
        count,
        error: None,
    }
}

#[test]
fn panicking_exporter_loses_only_its_batch() {
    let calls = AtomicUsize::new(0);
    let exporter = Does(move |_| assert!(calls.fetch_add(1, Relaxed) > 0, "the first one panics"));
    let pipeline =
        Pipeline::start_with_exporter(&TraceSettings::new("shop"), "mine", exporter).unwrap();
    spans(&pipeline, 3);
    let lost = pipeline.flush(LONG).unwrap_err();
    let error = Some("it panicked: the first one panics".to_owned());
    let part = UndeliveredPart {
        error,
        ..spans_for_mine(3)
    };
    assert_eq!(lost.parts, [part]);
    spans(&pipeline, 2);
    pipeline.shutdown(LONG).unwrap();
    let counts = counts(&pipeline);
    assert_eq!(counts.dropped_for(DropReason::Panicked), 3);
    assert_eq!(
        (counts.exported, counts.failures, counts.exports),
        (2, 1, 2)
    );
    assert_eq!(
        counts.last_error.as_deref(),
        Some("it panicked: the first one panics")
    );
}

#[test]
fn endless_export_times_out() {
    let mut settings = TraceSettings::new("shop");
    hasty(&mut settings.batch, Duration::from_millis(50));
    let pipeline = Pipeline::start_with_exporter(&settings, "mine", Silent).unwrap();
    spans(&pipeline, 3);
    let pipeline = within(LONG, "a flush", move || {
        pipeline.flush(LONG).unwrap_err();
        pipeline
    });
    assert_eq!(counts(&pipeline).dropped_for(DropReason::Timeout), 3);
    assert_eq!(counts(&pipeline).exported, 0);
}

#[test]
fn hung_export_thread_does_not_delay_shutdown() {
    let (pipeline, gate, arrivals) = held_up(&TraceSettings::new("shop"));
    spans(&pipeline, 4);
    let (result, pipeline) = within(LONG, "a shutdown", move || {
        let result = pipeline.shutdown(Duration::from_millis(100));
        (result, pipeline)
    });
    let Err(Undelivered { parts, .. }) = result else {
        panic!("nothing was exported, and nobody says so")
    };
    assert_eq!(parts, [spans_for_mine(5)]);
    // A late result does not count a second time.
    gate.open();
    let ended = arrivals.recv_timeout(LONG);
    assert_eq!(
        ended,
        Err(RecvTimeoutError::Disconnected),
        "the thread goes on"
    );
    assert_eq!(pipeline.shutdown(LONG), Ok(()));
    assert_eq!(counts(&pipeline).dropped_for(DropReason::Shutdown), 5);
    assert_eq!(counts(&pipeline).exported, 0);
}

#[test]
fn timed_out_flush_loses_no_spans() {
    let (pipeline, gate, _arrivals) = held_up(&TraceSettings::new("shop"));
    let late = pipeline.flush(Duration::from_millis(20)).unwrap_err();
    assert_eq!(late.parts, [spans_for_mine(1)]);
    gate.open();
    pipeline.flush(LONG).unwrap();
    assert_eq!(
        (
            counts(&pipeline).exported,
            counts(&pipeline).dropped_in_all()
        ),
        (1, 0)
    );
}

#[test]
fn invalid_limits_are_errors() {
    let error = |change: fn(&mut TraceSettings)| {
        let mut settings = to_collector("http://collector", Protocol::HttpProtobuf);
        change(&mut settings);
        Pipeline::start(&settings).unwrap_err().to_string()
    };
    assert!(error(|settings| settings.batch.queue = 0).contains("queue"));
    assert!(error(|settings| settings.batch.batch = 4096).contains("4096"));
    let export = error(|settings| settings.batch.export_timeout = Duration::ZERO);
    assert!(export.contains("export timeout"), "{export}");
    let attempt = error(|settings| settings.otlp.as_mut().unwrap().timeout = Duration::ZERO);
    assert!(attempt.contains("attempt timeout"), "{attempt}");
}

#[test]
fn huge_limits_do_not_overflow() {
    let receiver = Collector::start([]);
    let mut settings = to_collector(&receiver.endpoint(), Protocol::HttpProtobuf);
    settings.otlp.as_mut().unwrap().timeout = Duration::MAX;
    settings.batch.delay = Duration::MAX;
    settings.batch.export_timeout = Duration::MAX;
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 1);
    assert_eq!(pipeline.shutdown(Duration::MAX), Ok(()));
    assert_eq!(receiver.accepted().len(), 1);
}
