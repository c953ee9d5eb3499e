//! Futures, tasks and threads inside a capture.

use std::{future::pending, thread, time::Duration};

use glyph_core::{
    instrument_stage,
    testing::{self, Capture, CaptureGuard, Followed},
};
use tokio::task::{JoinSet, yield_now};

use crate::catalog::{Metrics, Provider, Status, stage};

#[instrument_stage(stage::stt, labels(provider = "deepgram"))]
async fn transcribe() {
    yield_now().await;
    tracing::info!("half-way");
    yield_now().await;
}

#[tokio::test]
async fn current_thread_runtime_is_captured_without_setup() {
    let captured = testing::capture();
    transcribe().await;
    let tasks: JoinSet<()> = (0..10).map(|_| transcribe()).collect();
    tasks.join_all().await;
    let ok = captured.histogram::<stage::stt>().with(Status::Ok);
    assert_eq!(ok.count(), 11);
    assert_eq!(captured.spans().len(), 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_on_many_threads_are_captured() {
    let captured = testing::capture();
    let other = Capture::clone(&testing::capture());
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        tasks.spawn(captured.follow(async {
            transcribe().await;
            Metrics::global().sessions.inc();
        }));
        tasks.spawn(other.follow(transcribe()));
        tasks.spawn(transcribe());
    }
    tasks.join_all().await;
    assert_eq!(captured.histogram::<stage::stt>().count(), 200);
    assert_eq!(captured.in_flight::<stage::stt>().value(), 0.0);
    assert_eq!(captured.gauge(&Metrics::global().sessions).value(), 200.0);
    assert_eq!(captured.spans().len(), 200);
    assert!(
        captured
            .spans()
            .iter()
            .all(|span| span.is_closed() && span.events().len() == 1)
    );
    assert_eq!(other.histogram::<stage::stt>().count(), 200);
    assert_eq!(other.spans().len(), 200);
}

#[tokio::test]
async fn dropped_future_is_cancelled_in_its_capture() {
    let captured = Capture::clone(&testing::capture());
    let waiting = captured.follow(
        stage::stt {
            provider: Provider::Deepgram,
        }
        .time_async(pending::<()>()),
    );
    assert!(tokio::time::timeout(Duration::ZERO, waiting).await.is_err());
    let cancelled = captured.histogram::<stage::stt>().with(Status::Cancelled);
    assert_eq!(cancelled.count(), 1);
    assert_eq!(captured.in_flight::<stage::stt>().value(), 0.0);
    assert!(captured.span("stt").is_closed());
}

#[test]
fn threads_write_into_one_capture() {
    let captured = testing::capture();
    thread::scope(|scope| {
        for _ in 0..8 {
            let capture = captured.clone();
            scope.spawn(move || {
                capture.in_scope(|| {
                    for _ in 0..1000 {
                        let provider = Provider::Elevenlabs;
                        stage::stt { provider }.time(|| Metrics::global().sessions.inc());
                    }
                });
            });
        }
        for _ in 0..1000 {
            Metrics::global().sessions.inc();
        }
    });
    let elevenlabs = captured
        .histogram::<stage::stt>()
        .with(Provider::Elevenlabs);
    assert_eq!(elevenlabs.count(), 8000);
    assert_eq!(captured.gauge(&Metrics::global().sessions).value(), 9000.0);
    assert_eq!(captured.in_flight::<stage::stt>().value(), 0.0);
}

#[test]
fn capture_can_move_to_any_thread() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<Capture>();
    travels::<Followed<std::future::Ready<()>>>();
    let _: fn(&CaptureGuard) -> &Capture = |guard| guard;
}
