//! Calls that begin in a scope are recorded there, wherever they end.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    thread,
};

use futures_util::{FutureExt, StreamExt, stream};
use glyph_runtime::{
    context, instrument_stage,
    scope::ScopeLabels,
    stage as current,
    testing::{self, Capture},
};

use crate::tenants::catalog::{Provider, TenantContext, VoiceMetrics, stage};

const PROVIDER: Provider = Provider::Deepgram;

fn of(tenant_id: &'static str) -> ScopeLabels {
    TenantContext {
        tenant_id,
        campaign_id: None::<&str>,
    }
    .labels()
}

#[instrument_stage(stage::stt, labels(provider = "deepgram"))]
async fn transcribe(polls: u8) {
    let mut left = polls;
    std::future::poll_fn(|_| {
        left = left.saturating_sub(1);
        if left == 0 {
            Poll::Ready(())
        } else {
            current::retry();
            Poll::Pending
        }
    })
    .await;
}

/// Returns the calls, requests, retries and in-flight calls.
fn of_tenant(captured: &Capture, tenant: &str) -> (u64, u64, u64, f64) {
    let metrics = VoiceMetrics::global();
    let calls = captured.histogram::<stage::stt>();
    let requests = captured.counter(&metrics.provider_requests);
    let retries = captured.counter(&metrics.stt_retries);
    let in_flight = captured.in_flight::<stage::stt>();
    (
        calls.with_label("tenant_id", tenant).count(),
        requests
            .with_label("tenant_id", tenant)
            .with(PROVIDER)
            .value(),
        retries.with_label("tenant_id", tenant).value(),
        in_flight.with_label("tenant_id", tenant).value(),
    )
}

#[test]
fn call_is_recorded_in_its_scope() {
    let captured = testing::capture();
    of("acme")
        .in_scope(|| transcribe(1).now_or_never())
        .unwrap();
    assert_eq!(of_tenant(&captured, "acme"), (1, 1, 0, 0.0));
    assert_eq!(of_tenant(&captured, ""), (0, 0, 0, 0.0));
}

#[test]
fn future_moved_between_scopes_stays_in_the_first() {
    let captured = testing::capture();
    let mut call = pin!(transcribe(4));
    let mut context = Context::from_waker(Waker::noop());
    let mut poll = || call.as_mut().poll(&mut context).is_ready();
    assert!(!of("acme").in_scope(&mut poll));
    assert_eq!(of_tenant(&captured, "acme"), (0, 0, 1, 1.0));
    assert!(!poll());
    assert!(!of("ibex").in_scope(&mut poll));
    assert!(poll());
    assert_eq!(of_tenant(&captured, "acme"), (1, 1, 3, 0.0));
    assert_eq!(of_tenant(&captured, "ibex"), (0, 0, 0, 0.0));
    assert_eq!(of_tenant(&captured, ""), (0, 0, 0, 0.0));
}

#[test]
fn call_begun_outside_of_scopes_stays_outside() {
    let captured = testing::capture();
    let mut call = pin!(transcribe(2));
    let mut context = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut context).is_pending());
    let ended = of("acme").in_scope(|| call.as_mut().poll(&mut context).is_ready());
    assert!(ended);
    assert_eq!(of_tenant(&captured, ""), (1, 1, 1, 0.0));
    assert_eq!(of_tenant(&captured, "acme"), (0, 0, 0, 0.0));
    // Afterwards the thread is in its earlier scope.
    of("acme").in_scope(|| VoiceMetrics::global().utterances.inc());
    let utterances = captured.counter(&VoiceMetrics::global().utterances);
    assert_eq!(utterances.with_label("tenant_id", "acme").value(), 1);
}

#[test]
fn guard_outliving_its_scope_decrements_the_same_gauge() {
    let captured = testing::capture();
    let running = of("acme").in_scope(|| stage::stt { provider: PROVIDER }.start());
    assert_eq!(of_tenant(&captured, "acme"), (0, 0, 0, 1.0));
    running.retry();
    let capture = captured.clone();
    thread::spawn(move || capture.in_scope(|| of("ibex").in_scope(|| drop(running))))
        .join()
        .unwrap();
    assert_eq!(of_tenant(&captured, "acme"), (1, 1, 1, 0.0));
    assert_eq!(of_tenant(&captured, "ibex"), (0, 0, 0, 0.0));
}

#[test]
fn panicking_call_decrements_the_same_gauge() {
    let captured = testing::capture();
    let panicked = thread::scope(|threads| {
        let capture = Capture::clone(&captured);
        let work = move || {
            capture.in_scope(|| {
                of("acme").in_scope(|| {
                    let provider = PROVIDER;
                    stage::stt { provider }
                        .time(|| -> () { std::panic::resume_unwind(Box::new("gone")) });
                });
            });
        };
        threads.spawn(work).join()
    });
    assert!(panicked.is_err());
    assert_eq!(of_tenant(&captured, "acme"), (1, 1, 0, 0.0));
    assert!(ScopeLabels::current().is_empty());
}

#[tokio::test]
async fn spawned_tasks_and_blocking_work_are_inside() {
    let captured = testing::capture();
    let utterances = &VoiceMetrics::global().utterances;
    of("acme")
        .scope(async {
            context::spawn(async { transcribe(1).await }).await.unwrap();
            let capture = Capture::clone(&captured);
            let blocking = move || capture.in_scope(|| utterances.inc());
            context::spawn_blocking(move || {
                let here = ScopeLabels::current();
                // The capture belongs to another thread; the scope came along.
                here.in_scope(blocking);
            })
            .await
            .unwrap();
            let scope = context::Context::current();
            of("ibex").in_scope(|| scope.in_scope(|| utterances.inc()));
        })
        .await;
    // A task from a plain spawn begins outside of the scope.
    tokio::spawn(async { utterances.add(5) }).await.unwrap();
    assert_eq!(of_tenant(&captured, "acme"), (1, 1, 0, 0.0));
    let utterances = captured.counter(utterances);
    assert_eq!(utterances.with_label("tenant_id", "acme").value(), 2);
    assert_eq!(utterances.with_label("tenant_id", "ibex").value(), 0);
    assert_eq!(utterances.with_label("tenant_id", "").value(), 5);
}

#[test]
fn captured_empty_scope_is_outside() {
    let captured = testing::capture();
    let utterances = &VoiceMetrics::global().utterances;
    let outside = context::Context::current();
    of("acme").in_scope(|| outside.in_scope(|| utterances.inc()));
    let utterances = captured.counter(utterances);
    assert_eq!(utterances.with_label("tenant_id", "").value(), 1);
}

#[test]
fn stream_is_polled_in_its_scope() {
    let captured = testing::capture();
    let utterances = &VoiceMetrics::global().utterances;
    let items = of("acme").scope(stream::iter(0..3).inspect(|_| utterances.inc()));
    assert_eq!(items.collect::<Vec<_>>().now_or_never().unwrap(), [0, 1, 2]);
    let utterances = captured.counter(utterances);
    assert_eq!(utterances.with_label("tenant_id", "acme").value(), 3);
}

#[test]
fn future_is_dropped_in_its_scope() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            VoiceMetrics::global().utterances.inc();
        }
    }
    let captured = testing::capture();
    let last = Last;
    drop(of("acme").scope(async move {
        let _last = last;
        std::future::pending::<()>().await;
    }));
    let utterances = captured.counter(&VoiceMetrics::global().utterances);
    assert_eq!(utterances.with_label("tenant_id", "acme").value(), 1);
}
