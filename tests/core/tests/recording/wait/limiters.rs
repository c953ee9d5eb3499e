//! Waits for limiters.

use std::{
    future::{pending, poll_fn, ready},
    panic::AssertUnwindSafe,
    task::Poll,
    time::Duration,
};

use futures_util::FutureExt;
use glyph_core::{
    Outcome, testing,
    wait::{
        WaitMetrics, WaitOutcome,
        labels::{Waited, Waits},
        wait,
    },
};
use tokio::{
    sync::{Semaphore, oneshot},
    time::timeout,
};

fn count(scope: &'static str, outcome: WaitOutcome) -> u64 {
    let labels = Waited {
        wait: "limit",
        scope,
        outcome,
    };
    WaitMetrics::global().duration.snapshot(labels).count()
}

fn active(scope: &'static str) -> f64 {
    let labels = Waits {
        wait: "limit",
        scope,
    };
    WaitMetrics::global().active.value(labels)
}

#[tokio::test]
async fn wait_lasts_as_long_as_its_limiter() {
    let captured = testing::capture().frozen();
    let (open, opened) = oneshot::channel::<()>();
    let waiting = wait("limit").scope("tenant").of(opened);
    let opening = async {
        assert_eq!(active("tenant"), 1.0);
        captured.clock().advance(Duration::from_secs(3));
        open.send(()).unwrap();
    };
    let (result, ()) = tokio::join!(waiting, opening);
    assert!(result.is_ok());
    let duration = captured.histogram_of(&WaitMetrics::global().duration);
    assert_eq!((duration.count(), duration.sum()), (1, 3.0));
    assert_eq!(count("tenant", WaitOutcome::Ok), 1);
    assert_eq!(active("tenant"), 0.0);
}

#[tokio::test]
async fn wait_without_a_scope_is_global() {
    let _captured = testing::capture();
    wait("limit").of(ready(())).await;
    assert_eq!(count("global", WaitOutcome::Ok), 1);
}

#[tokio::test]
async fn unpolled_wait_is_not_recorded() {
    let captured = testing::capture();
    drop(wait("limit").of(ready(())));
    let duration = captured.histogram_of(&WaitMetrics::global().duration);
    assert_eq!(duration.count(), 0);
}

#[tokio::test]
async fn dropped_wait_is_cancelled_once() {
    let captured = testing::capture();
    let waiting = wait("limit").of(pending::<()>());
    timeout(Duration::from_millis(1), waiting)
        .await
        .unwrap_err();
    let duration = captured.histogram_of(&WaitMetrics::global().duration);
    assert_eq!(duration.count(), 1);
    assert_eq!(count("global", WaitOutcome::Cancelled), 1);
    assert_eq!(active("global"), 0.0);
}

#[tokio::test]
async fn panicking_limiter_is_counted_once() {
    let captured = testing::capture();
    let panics = poll_fn(|_| -> Poll<()> { panic!("on purpose") });
    let waiting = AssertUnwindSafe(wait("limit").of(panics)).catch_unwind();
    assert!(waiting.await.is_err());
    let duration = captured.histogram_of(&WaitMetrics::global().duration);
    assert_eq!(duration.count(), 1);
    assert_eq!(count("global", WaitOutcome::Panicked), 1);
    assert_eq!(active("global"), 0.0);
}

#[tokio::test]
async fn classified_value_sets_the_outcome_of_a_wait() {
    let _captured = testing::capture();
    let permits = Semaphore::new(1);
    permits.close();
    let closed = wait("limit").of_as(permits.acquire(), Outcome::of_result);
    assert!(closed.await.is_err());
    assert_eq!(count("global", WaitOutcome::Error), 1);

    let never = timeout(Duration::from_millis(1), pending::<()>());
    let late = wait("limit").of_as(never, |result| match result {
        Ok(()) => Outcome::Ok,
        Err(_) => Outcome::Timeout,
    });
    assert!(late.await.is_err());
    assert_eq!(count("global", WaitOutcome::Timeout), 1);
}

#[test]
fn blocking_lock_is_a_wait() {
    let captured = testing::capture().frozen();
    let lock = std::sync::Mutex::new(7);
    let taken = wait("limit").scope("lock").blocking(|| {
        captured.clock().advance(Duration::from_secs(1));
        *lock.lock().unwrap()
    });
    assert_eq!(taken, 7);
    let duration = captured.histogram_of(&WaitMetrics::global().duration);
    assert_eq!((duration.count(), duration.sum()), (1, 1.0));
    assert_eq!(active("lock"), 0.0);
}
