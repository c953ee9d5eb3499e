//! Spawned tasks and threads continue the context of their spawner.

use std::{thread, time::Duration};

use glyph_runtime::{
    context::{self, Baggage, Context, baggage},
    correlation_id,
    log::RequestId,
};
use tokio::runtime::{Builder, Runtime};
use tracing::{Span, info, info_span};

use crate::propagation::traced::{self, Left, SPAN, TRACE, remote};

fn runtimes() -> [Runtime; 2] {
    [
        Builder::new_current_thread().enable_all().build().unwrap(),
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap(),
    ]
}

/// Logs a line and opens a span, like any spawned work.
fn work() {
    info!(tenant = baggage("tenant"), "spawned");
    assert_eq!(
        correlation_id().map(|id| id.to_string()).as_deref(),
        Some(TRACE)
    );
    info_span!("child").in_scope(|| {});
}

/// Spawns work inside a request and waits for it.
fn in_request<F: Future>(runtime: &Runtime, spawned: impl FnOnce() -> F) -> Left {
    traced::by(|| {
        let request = RequestId::new("r-1").unwrap();
        request.in_scope(|| {
            remote(true).in_scope(|| {
                let span = info_span!("request", user = "ada").entered();
                let waited = spawned();
                drop(span);
                runtime.block_on(waited);
            });
        });
    })
}

fn is_part_of_the_request(left: &Left) {
    let line = left.line("spawned");
    let request = left.span("request");
    assert_eq!(line["request_id"], "r-1");
    assert_eq!(line["tenant"], "ibex");
    assert_eq!(line["user"], "ada", "fields of the span around it");
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["span_id"], request.span_context.span_id().to_string());
    let child = left.span("child");
    assert_eq!(child.parent_span_id, request.span_context.span_id());
    assert_eq!(request.parent_span_id.to_string(), SPAN);
}

#[test]
fn spawned_task_continues_the_context() {
    for runtime in runtimes() {
        let left = in_request(&runtime, || {
            let _runtime = runtime.enter();
            let task = context::spawn(async {
                tokio::time::sleep(Duration::from_millis(1)).await;
                work();
            });
            async { task.await.unwrap() }
        });
        is_part_of_the_request(&left);
    }
}

#[test]
fn nested_task_continues_the_context() {
    for runtime in runtimes() {
        let left = in_request(&runtime, || {
            let _runtime = runtime.enter();
            let task = context::spawn(async { context::spawn(async { work() }).await.unwrap() });
            async { task.await.unwrap() }
        });
        is_part_of_the_request(&left);
    }
}

#[test]
fn blocking_work_continues_the_context() {
    for runtime in runtimes() {
        let left = in_request(&runtime, || {
            let _runtime = runtime.enter();
            let task = context::spawn_blocking(work);
            async { task.await.unwrap() }
        });
        is_part_of_the_request(&left);
    }
}

#[test]
fn thread_continues_the_context() {
    let [runtime, _] = runtimes();
    let left = in_request(&runtime, || {
        let scope = Context::current();
        let thread = thread::spawn(move || scope.in_scope(work));
        async { thread.join().unwrap() }
    });
    is_part_of_the_request(&left);
}

#[test]
fn cancelled_task_ends_in_its_scope() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            work();
        }
    }
    for runtime in runtimes() {
        let left = in_request(&runtime, || {
            let _runtime = runtime.enter();
            let last = Last;
            let task = context::spawn(async move {
                let _last = last;
                std::future::pending::<()>().await;
            });
            task.abort();
            async { assert!(task.await.unwrap_err().is_cancelled()) }
        });
        is_part_of_the_request(&left);
    }
}

#[test]
fn task_gets_baggage_added_after_the_span_opened() {
    let [runtime, _] = runtimes();
    let left = in_request(&runtime, || {
        let _runtime = runtime.enter();
        let more = Baggage::current().try_with("tenant", "kudu").unwrap();
        let task = more.in_scope(|| context::spawn(async { work() }));
        async { task.await.unwrap() }
    });
    assert_eq!(left.line("spawned")["tenant"], "kudu");
}

#[test]
fn panic_restores_the_context_of_the_thread() {
    traced::by(|| {
        let scope = remote(true).in_scope(|| info_span!("request").in_scope(Context::current));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            scope.in_scope(|| std::panic::resume_unwind(Box::new("gone")));
        }));
        assert!(caught.is_err());
        assert_eq!(correlation_id(), None);
        assert!(Span::current().is_none());
    });
}

#[test]
fn scope_outside_of_everything_is_empty() {
    let scope = Context::current();
    remote(true).in_scope(|| {
        scope.in_scope(|| assert_eq!(correlation_id(), None));
    });
}
