//! The way from the end of a call to the exporter.

use std::{
    collections::HashSet,
    future::pending,
    pin::pin,
    sync::{Barrier, mpsc::channel},
    task::{Context as TaskContext, Waker},
    thread,
    time::Duration,
};

use glyph_runtime::{
    instrument_stage,
    trace::{DropReason, FileSettings, Pipeline, StageSpans, TraceSettings},
};
use glyph_tests::wait;
use opentelemetry::{Context, trace::TraceContextExt};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{InMemorySpanExporter, SpanData, SpanExporter},
};
use tracing::{Dispatch, dispatcher::with_default};
use tracing_subscriber::layer::SubscriberExt;

use super::settings;
use crate::{LONG, spans::telemetry::stage};

#[instrument_stage(stage::stt, labels(test = "collected"), name = "call")]
fn call<R>(inside: impl FnOnce() -> R) -> R {
    inside()
}

#[instrument_stage(stage::stt, labels(test = "collected"), name = "waits")]
async fn waits() {
    tokio::task::yield_now().await;
}

/// A pipeline with records and its subscriber.
struct Recording {
    pipeline: Pipeline,
    exporter: InMemorySpanExporter,
    dispatch: Dispatch,
}

impl Recording {
    fn new(change: impl FnOnce(&mut TraceSettings)) -> Self {
        let mut settings = settings(StageSpans::Records);
        change(&mut settings);
        let exporter = InMemorySpanExporter::default();
        let pipeline = Pipeline::start_with_exporter(&settings, "test", exporter.clone()).unwrap();
        Self {
            dispatch: dispatch(&pipeline),
            exporter,
            pipeline,
        }
    }

    fn spans(&self) -> Vec<SpanData> {
        self.exporter.get_finished_spans().unwrap()
    }
}

fn dispatch(pipeline: &Pipeline) -> Dispatch {
    Dispatch::new(tracing_subscriber::registry().with(pipeline.layer()))
}

#[test]
fn call_of_an_idle_thread_is_exported_without_a_flush() {
    let recording = Recording::new(|settings| settings.batch.delay = Duration::from_millis(20));
    with_default(&recording.dispatch, || call(|| ()));
    wait::until("the call is exported", || recording.spans().len() == 1);
}

#[test]
fn flush_exports_the_calls_of_every_thread() {
    let recording = Recording::new(|settings| settings.batch.delay = Duration::from_secs(3600));
    let (ready, is_ready) = channel();
    let (end, is_over) = channel::<()>();
    let dispatch = recording.dispatch.clone();
    let idle = thread::spawn(move || {
        with_default(&dispatch, || call(|| ()));
        ready.send(()).unwrap();
        is_over.recv().unwrap_err();
    });
    let dispatch = recording.dispatch.clone();
    let ended = thread::spawn(move || with_default(&dispatch, || (0..3).for_each(|_| call(|| ()))));
    ended.join().unwrap();
    is_ready.recv_timeout(LONG).unwrap();
    recording.pipeline.flush(LONG).unwrap();
    assert_eq!(recording.spans().len(), 4);
    drop(end);
    idle.join().unwrap();
}

#[test]
fn no_call_is_lost_and_no_id_is_there_twice() {
    const CALLS: usize = 5000;
    let recording = Recording::new(|settings| settings.batch.queue = 1 << 20);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                with_default(&recording.dispatch, || {
                    (0..CALLS).for_each(|_| call(|| ()));
                });
            });
        }
    });
    recording.pipeline.flush(LONG).unwrap();
    let spans = recording.spans();
    assert_eq!(spans.len(), 4 * CALLS);
    let ids: HashSet<_> = spans
        .iter()
        .map(|span| span.span_context.span_id())
        .collect();
    let traces: HashSet<_> = spans
        .iter()
        .map(|span| span.span_context.trace_id())
        .collect();
    assert_eq!((ids.len(), traces.len()), (spans.len(), spans.len()));
    let counts = recording.pipeline.snapshot();
    assert_eq!(counts.spans_started, spans.len() as u64);
    assert_eq!(counts.spans_ended, spans.len() as u64);
}

/// Many threads, each with fewer calls than it hands over, and more calls together than the queue
/// holds.
#[test]
fn no_call_of_many_threads_is_lost_with_the_limits_by_default() {
    many_threads_lose_nothing(200, |_| {});
}

#[test]
fn no_call_of_many_threads_is_lost_with_a_small_queue() {
    many_threads_lose_nothing(150, |settings| {
        settings.batch.queue = 100;
        settings.batch.batch = 100;
    });
}

fn many_threads_lose_nothing(calls: usize, change: impl FnOnce(&mut TraceSettings)) {
    const THREADS: usize = 16;
    let recording = Recording::new(|settings| {
        settings.batch.delay = Duration::from_secs(3600);
        change(settings);
    });
    let all_have_ended = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                with_default(&recording.dispatch, || (0..calls).for_each(|_| call(|| ())));
                all_have_ended.wait();
            });
        }
        all_have_ended.wait();
        recording.pipeline.flush(LONG).unwrap();
    });
    let counts = recording.pipeline.snapshot();
    let exporter = &counts.exporters[0];
    assert_eq!(exporter.dropped_in_all(), 0);
    assert_eq!(exporter.exported, (THREADS * calls) as u64);
}

#[test]
fn flush_during_calls_exports_those_that_have_ended() {
    let recording = Recording::new(|settings| settings.batch.delay = Duration::from_secs(3600));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                with_default(&recording.dispatch, || {
                    for _ in 0..3 {
                        (0..300).for_each(|_| call(|| ()));
                        let id = call(|| Context::current().span().span_context().span_id());
                        recording.pipeline.flush(LONG).unwrap();
                        let spans = recording.spans();
                        let is_there = |span: &SpanData| span.span_context.span_id() == id;
                        assert!(spans.iter().any(is_there));
                    }
                });
            });
        }
    });
}

#[test]
fn ring_and_file_have_a_call_as_soon_as_it_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    let mut settings = settings(StageSpans::Records);
    settings.file = Some(FileSettings::new(&path));
    let pipeline = Pipeline::start(&settings).unwrap();
    with_default(&dispatch(&pipeline), || call(|| call(|| ())));
    let traces = pipeline.recent();
    let root = traces[0].root().unwrap();
    assert_eq!(root.name, "call");
    assert_eq!(traces[0].children(root).count(), 1);
    assert_eq!(pipeline.snapshot().ring_spans, 2);
    with_default(&dispatch(&pipeline), || call(|| ()));
    pipeline.shutdown(LONG).unwrap();
    assert_eq!(pipeline.recent().len(), 2);
    let file = std::fs::read_to_string(path).unwrap();
    assert_eq!(file.lines().count(), 3);
}

#[test]
fn open_calls_are_reported_by_name() {
    let recording = Recording::new(|_| {});
    with_default(&recording.dispatch, || {
        call(|| {
            let open = recording.pipeline.open_spans();
            assert_eq!((open.count, open.names), (1, vec!["call".to_owned()]));
        });
    });
    assert_eq!(recording.pipeline.open_spans().count, 0);
}

#[test]
fn call_that_ends_after_the_shutdown_is_counted() {
    let recording = Recording::new(|_| {});
    let counts = || recording.pipeline.snapshot().exporters[0].clone();
    with_default(&recording.dispatch, || {
        let mut open = pin!(waits());
        let mut context = TaskContext::from_waker(Waker::noop());
        assert!(open.as_mut().poll(&mut context).is_pending());
        call(|| ());
        recording.pipeline.shutdown(LONG).unwrap();
        assert!(open.as_mut().poll(&mut context).is_ready());
        assert_eq!(counts().dropped_for(DropReason::Shutdown), 1);
        // One that begins afterwards is not recorded.
        call(|| ());
    });
    assert_eq!(counts().dropped_for(DropReason::Shutdown), 2);
    assert_eq!(counts().exported, 1);
    let started = recording.pipeline.snapshot().spans_started;
    assert_eq!(started, 2);
}

/// An exporter that never ends an export.
#[derive(Debug)]
struct Stuck;

impl SpanExporter for Stuck {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        pending().await
    }
}

#[test]
fn calls_beyond_the_queue_are_dropped_and_counted() {
    const CALLS: u64 = 20_000;
    let mut settings = settings(StageSpans::Records);
    settings.batch.queue = 600;
    settings.ring.spans = 0;
    let pipeline = Pipeline::start_with_exporter(&settings, "stuck", Stuck).unwrap();
    with_default(&dispatch(&pipeline), || {
        (0..CALLS).for_each(|_| call(|| ()));
    });
    pipeline.shutdown(Duration::ZERO).unwrap_err();
    let counts = pipeline.snapshot();
    let dropped = counts.exporters[0].dropped_in_all();
    assert_eq!((counts.spans_ended, dropped), (CALLS, CALLS));
    let full = counts.exporters[0].dropped_for(DropReason::QueueFull);
    assert!(full > CALLS / 2, "{full}");
}

#[test]
fn exporter_that_takes_nothing_does_not_hold_up_the_file() {
    const ROUNDS: u64 = 10;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(StageSpans::Records);
    settings.batch.delay = Duration::from_millis(10);
    settings.batch.queue = 600;
    settings.file = Some(FileSettings::new(folder.path().join("traces.jsonl")));
    let pipeline = Pipeline::start_with_exporter(&settings, "stuck", Stuck).unwrap();
    let dispatch = dispatch(&pipeline);
    for round in 1..=ROUNDS {
        with_default(&dispatch, || (0..300).for_each(|_| call(|| ())));
        wait::until("the file has the calls of a round", || {
            let counts = pipeline.snapshot();
            counts.exporter("file").unwrap().exported == round * 300
        });
    }
    let counts = pipeline.snapshot();
    assert_eq!(counts.exporter("file").unwrap().dropped_in_all(), 0);
    let stuck = counts.exporter("stuck").unwrap();
    assert!(stuck.dropped_for(DropReason::QueueFull) > 0);
    pipeline.shutdown(Duration::ZERO).unwrap_err();
}

#[test]
fn pipelines_of_one_thread_do_not_mix() {
    let all = [0, 1].map(|_| Recording::new(|_| {}));
    for _ in 0..3 {
        for recording in &all {
            with_default(&recording.dispatch, || call(|| call(|| ())));
        }
    }
    for recording in &all {
        recording.pipeline.flush(LONG).unwrap();
        assert_eq!(recording.spans().len(), 6);
        let counts = recording.pipeline.snapshot();
        assert_eq!((counts.spans_started, counts.spans_ended), (6, 6));
    }
}

#[test]
fn stage_under_another_subscriber_has_a_span_of_tracing() {
    let recording = Recording::new(|_| {});
    let plain = Dispatch::new(tracing_subscriber::registry());
    with_default(&recording.dispatch, || {
        with_default(&plain, || {
            call(|| assert_ne!(tracing::Span::current().id(), None));
        });
    });
    recording.pipeline.flush(LONG).unwrap();
    assert!(recording.spans().is_empty());
}
