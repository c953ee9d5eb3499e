//! Each way to shut down, with each collector.

use std::{
    panic,
    sync::Arc,
    time::{Duration, Instant},
};

use glyph_runtime::{
    Telemetry,
    telemetry::{ShutdownReport, Undelivered},
    trace::ExportCounts,
};
use tokio::runtime::{Builder, Runtime};

use crate::shutdown::{
    LONG, Written,
    collector::{Collector, KINDS, Kind},
    in_time, telemetry, undelivered,
};

/// Deadline for a collector that does not respond.
const SHORT: Duration = Duration::from_millis(500);
/// Tolerance of a deadline on a busy machine.
const SLACK: Duration = Duration::from_secs(5);

/// Shuts down a telemetry in one way, with each collector.
fn ends(way: impl Fn(&Arc<Telemetry>, Duration) -> ShutdownReport + Send + Sync + 'static) {
    let way = Arc::new(way);
    for kind in KINDS {
        let way = Arc::clone(&way);
        in_time(&format!("{kind:?}"), move || ends_with(kind, &*way));
    }
}

fn ends_with(kind: Kind, way: &dyn Fn(&Arc<Telemetry>, Duration) -> ShutdownReport) {
    let collector = Collector::start(kind);
    let written = Written::default();
    let telemetry = Arc::new(telemetry(&collector.endpoint, written.clone()));
    let address = telemetry.local_addr().unwrap();
    let deadline = if kind == Kind::Answers { LONG } else { SHORT };
    let started = Instant::now();
    let report = way(&telemetry, deadline);
    let took = started.elapsed();
    assert!(took < deadline + SLACK, "{kind:?} took {took:?}");
    assert_eq!(written.lines().len(), 3, "{kind:?}: the log is written");
    assert!(
        std::net::TcpStream::connect(address).is_err(),
        "the listener has stopped"
    );
    if kind == Kind::Answers {
        assert!(report.is_complete(), "{report}");
        assert_eq!(exported(&telemetry), [3, 3]);
        let metrics = telemetry.metrics_otlp().unwrap().snapshot();
        assert!(metrics.exported > 0, "{metrics:?}");
    } else {
        all_is_told(&report.into_result().unwrap_err());
        assert_eq!(exported(&telemetry), [0, 0]);
        let dropped = |counts: ExportCounts| counts.dropped_in_all();
        let spans = telemetry.traces().unwrap().snapshot();
        assert_eq!(dropped(spans.exporters[0].clone()), 3);
        assert_eq!(dropped(telemetry.logs_otlp().unwrap().snapshot()), 3);
    }
}

/// Returns the spans and log records that have arrived.
fn exported(telemetry: &Telemetry) -> [u64; 2] {
    let spans = telemetry.traces().unwrap().snapshot();
    let records = telemetry.logs_otlp().unwrap().snapshot();
    [spans.exporter("otlp").unwrap().exported, records.exported]
}

/// Asserts that each signal reports what did not arrive.
fn all_is_told(error: &Undelivered) {
    match &undelivered(error)[..] {
        [spans, records, points] => {
            assert_eq!(*spans, ("otlp", "spans", 3));
            assert_eq!(*records, ("otlp", "log records", 3));
            assert_eq!((points.0, points.1), ("otlp", "data points"));
        }
        other => panic!("{other:?}"),
    }
    let told = error.to_string();
    for part in [
        "3 spans not delivered to `otlp`",
        "data points not delivered to `otlp`",
        "3 log records not delivered to `otlp`",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn workers(count: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(count)
        .build()
        .unwrap()
}

#[test]
fn shutdown_works_without_a_runtime() {
    ends(|telemetry, deadline| telemetry.shutdown_blocking(deadline));
}

#[test]
fn shutdown_works_in_a_current_thread_runtime() {
    ends(|telemetry, deadline| current_thread().block_on(telemetry.shutdown_within(deadline)));
}

#[test]
fn blocking_shutdown_works_in_a_current_thread_runtime() {
    ends(|telemetry, deadline| {
        current_thread().block_on(async { telemetry.shutdown_blocking(deadline) })
    });
}

#[test]
fn shutdown_works_on_the_only_worker_of_a_runtime() {
    ends(|telemetry, deadline| {
        let runtime = workers(1);
        let telemetry = Arc::clone(telemetry);
        let ending = runtime.spawn(async move { telemetry.shutdown_within(deadline).await });
        runtime.block_on(ending).unwrap()
    });
}

#[test]
fn blocking_shutdown_works_on_the_only_worker_of_a_runtime() {
    ends(|telemetry, deadline| {
        let runtime = workers(1);
        let telemetry = Arc::clone(telemetry);
        let ending = runtime.spawn(async move { telemetry.shutdown_blocking(deadline) });
        runtime.block_on(ending).unwrap()
    });
}

#[test]
fn shutdown_works_in_a_multi_thread_runtime() {
    ends(|telemetry, deadline| {
        let runtime = workers(3);
        let telemetry = Arc::clone(telemetry);
        let ending = runtime.spawn(async move { telemetry.shutdown_within(deadline).await });
        runtime.block_on(ending).unwrap()
    });
}

#[test]
fn shutdown_works_in_a_destructor_within_a_runtime() {
    struct Ends<'t>(&'t Telemetry, Duration, &'t mut Option<ShutdownReport>);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            *self.2 = Some(self.0.shutdown_blocking(self.1));
        }
    }
    ends(|telemetry, deadline| {
        let mut ended = None;
        current_thread().block_on(async { drop(Ends(telemetry, deadline, &mut ended)) });
        ended.unwrap()
    });
}

#[test]
fn shutdown_works_while_a_panic_unwinds() {
    struct Ends(Arc<Telemetry>, Duration);
    impl Drop for Ends {
        fn drop(&mut self) {
            let _reported_again_below = self.0.shutdown_blocking(self.1);
        }
    }
    ends(|telemetry, deadline| {
        let ending = Ends(Arc::clone(telemetry), deadline);
        let ended = panic::catch_unwind(panic::AssertUnwindSafe(move || {
            let _ends_while_unwinding = ending;
            panic::resume_unwind(Box::new("the program fails"));
        }));
        assert!(ended.is_err());
        telemetry.shutdown_blocking(deadline)
    });
}

#[test]
fn second_shutdown_returns_the_same_result() {
    ends(|telemetry, deadline| {
        let first = telemetry.shutdown_blocking(deadline);
        let started = Instant::now();
        let second = current_thread().block_on(telemetry.shutdown_within(LONG));
        assert!(started.elapsed() < SLACK);
        assert_eq!(first, second);
        second
    });
}

#[test]
fn shutdown_works_from_two_threads_at_once() {
    ends(|telemetry, deadline| {
        std::thread::scope(|scope| {
            let ends = [(); 2].map(|()| scope.spawn(|| telemetry.shutdown_blocking(deadline)));
            let [first, second] = ends.map(|end| end.join().unwrap());
            assert_eq!(first, second);
            second
        })
    });
}

#[test]
fn dropped_shutdown_future_continues_in_the_background() {
    ends(|telemetry, deadline| {
        current_thread().block_on(async {
            let mut ending = Box::pin(telemetry.shutdown_within(deadline));
            let polled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(ending.as_mut().poll(context).is_ready())
            });
            polled.await;
        });
        telemetry.shutdown_blocking(deadline)
    });
}

#[test]
fn dropping_telemetry_shuts_it_down() {
    for kind in KINDS {
        in_time("dropping", move || {
            let collector = Collector::start(kind);
            let written = Written::default();
            let telemetry = telemetry(&collector.endpoint, written.clone());
            let started = Instant::now();
            current_thread().block_on(async { drop(telemetry) });
            assert!(started.elapsed() < Duration::from_secs(1) + SLACK);
            assert_eq!(written.lines().len(), 3);
        });
    }
}
