//! Shutdown of a pipeline, with every runtime and without one, each in time.

use std::{
    panic,
    sync::Arc,
    time::{Duration, Instant},
};

use glyph_runtime::trace::{DropReason, Pipeline};
use glyph_tests::wait::within;
use tokio::runtime::Builder;
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    LONG,
    receiver::{Answer, PROTOCOLS, Receiver},
    spans, to_collector,
};

/// Maximum duration of an unhindered shutdown on a busy machine.
const SOON: Duration = Duration::from_secs(10);

fn pipeline(receiver: &Receiver, protocol: glyph_runtime::trace::Protocol) -> Pipeline {
    Pipeline::start(&to_collector(&receiver.endpoint(), protocol)).unwrap()
}

/// Runs `ending` with a pipeline in which three spans are queued, and asserts that they arrive.
fn arrives(ending: impl Fn(Pipeline) + Send + Sync + 'static) {
    let ending = Arc::new(ending);
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([]);
        let pipeline = pipeline(&receiver, protocol);
        spans(&pipeline, 3);
        let ending = Arc::clone(&ending);
        within(SOON, "the end of the pipeline", move || ending(pipeline));
        assert_eq!(receiver.accepted().len(), 3, "{protocol:?}");
    }
}

#[test]
fn shutdown_works_without_a_runtime() {
    arrives(|pipeline| pipeline.shutdown(LONG).unwrap());
}

#[test]
fn shutdown_works_in_a_current_thread_runtime() {
    arrives(|pipeline| {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { pipeline.shutdown(LONG).unwrap() });
    });
}

#[test]
fn shutdown_does_not_block_a_current_thread_runtime() {
    arrives(|pipeline| {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { pipeline.shutdown_async(LONG).await.unwrap() });
    });
}

#[test]
fn shutdown_works_on_the_only_worker_of_a_runtime() {
    arrives(|pipeline| {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let ending = runtime.spawn(async move { pipeline.shutdown(LONG).unwrap() });
        runtime.block_on(ending).unwrap();
    });
}

#[test]
fn shutdown_works_in_a_multi_thread_runtime() {
    arrives(|pipeline| {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let ending = tokio::spawn(async move { pipeline.shutdown_async(LONG).await.unwrap() });
            ending.await.unwrap();
        });
    });
}

#[test]
fn shutdown_works_in_a_destructor_within_a_runtime() {
    struct Ends(Pipeline);
    impl Drop for Ends {
        fn drop(&mut self) {
            self.0.shutdown(LONG).unwrap();
        }
    }
    arrives(|pipeline| {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { drop(Ends(pipeline)) });
    });
}

#[test]
fn dropping_the_pipeline_exports_queued_spans() {
    arrives(drop);
}

#[test]
fn shutdown_works_while_a_panic_unwinds() {
    arrives(|pipeline| {
        let ended = panic::catch_unwind(panic::AssertUnwindSafe(move || {
            let _ends_while_unwinding = pipeline;
            panic!("the program fails");
        }));
        assert!(ended.is_err());
    });
}

#[test]
fn second_shutdown_changes_nothing() {
    arrives(|pipeline| {
        assert_eq!(pipeline.shutdown(LONG), Ok(()));
        assert_eq!(pipeline.shutdown(LONG), Ok(()));
        assert_eq!(pipeline.flush(LONG), Ok(()));
    });
}

#[test]
fn shutdown_works_from_two_threads_at_once() {
    arrives(|pipeline| {
        std::thread::scope(|scope| {
            let endings = [(); 2].map(|()| scope.spawn(|| pipeline.shutdown(LONG)));
            for ending in endings {
                assert_eq!(ending.join().unwrap(), Ok(()));
            }
        });
    });
}

#[test]
fn hanging_collector_delays_shutdown_by_its_deadline_only() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Hang]);
        let pipeline = pipeline(&receiver, protocol);
        let endpoint = receiver.endpoint();
        spans(&pipeline, 3);
        let (took, result, pipeline) = within(SOON, "a shutdown", move || {
            let started = Instant::now();
            let result = pipeline.shutdown(Duration::from_millis(200));
            (started.elapsed(), result, pipeline)
        });
        assert!(took >= Duration::from_millis(200), "{took:?}");
        let error = result.unwrap_err();
        assert_eq!(error.parts[0].count, 3);
        let told = error.to_string();
        let begins = format!("3 spans not delivered to `otlp` at {endpoint}");
        assert!(told.starts_with(&begins), "{told}");
        assert!(told.ends_with(" (no response yet) within 200ms"), "{told}");
        assert_eq!(
            pipeline.snapshot().exporters[0].dropped_for(DropReason::Shutdown),
            3
        );
    }
}

#[test]
fn spans_that_start_after_shutdown_are_counted_as_dropped() {
    let receiver = Receiver::start([]);
    let pipeline = pipeline(&receiver, PROTOCOLS[1]);
    pipeline.shutdown(LONG).unwrap();
    spans(&pipeline, 5);
    let counts = pipeline.snapshot();
    assert_eq!(counts.spans_started, 0);
    assert_eq!(counts.exporters[0].dropped_for(DropReason::Shutdown), 5);
    assert!(receiver.received().is_empty());
}

#[test]
fn spans_that_end_after_shutdown_are_reported_and_counted_as_dropped() {
    let receiver = Receiver::start([]);
    let pipeline = pipeline(&receiver, PROTOCOLS[1]);
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, || {
        let _serve = tracing::info_span!("serve").entered();
        let poll = tracing::info_span!("unnamed", otel.name = "poll").entered();
        tracing::info_span!("lookup").in_scope(|| {});
        pipeline.shutdown(LONG).unwrap();
        let open = pipeline.open_spans();
        assert_eq!(open.to_string(), "2 spans were still open: `poll`, `serve`");
        drop(poll);
        assert_eq!(pipeline.open_spans().names, ["serve"]);
    });
    let counts = pipeline.snapshot();
    assert_eq!((counts.spans_started, counts.spans_ended), (3, 3));
    let counts = &counts.exporters[0];
    assert_eq!(counts.exported, 1);
    assert_eq!(counts.dropped_for(DropReason::Shutdown), 2);
    assert_eq!(pipeline.open_spans().count, 0);
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn shutdown_works_with_the_collector_on_the_same_runtime() {
    within(SOON, "a shutdown", || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let endpoint = format!("http://{}", listener.local_addr().unwrap());
            let router = axum::Router::new().fallback(|| async {});
            tokio::spawn(async move { axum::serve(listener, router).await });
            let pipeline = Pipeline::start(&to_collector(&endpoint, PROTOCOLS[1])).unwrap();
            spans(&pipeline, 3);
            pipeline.flush_async(LONG).await.unwrap();
            pipeline.shutdown_async(LONG).await.unwrap();
            assert_eq!(pipeline.snapshot().exporters[0].exported, 3);
        });
    });
}
