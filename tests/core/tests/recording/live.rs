//! Gauges that follow what exists, and metrics that are read from functions.
#![expect(clippy::float_cmp, reason = "values are exact")]
#![expect(clippy::panic, reason = "a session and a pool that fail")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

use glyph_core::{Counter, Gauge, LabelSet, Status, metric_catalog, testing};

#[derive(LabelSet)]
struct Session<'a> {
    #[label(max = 2)]
    shop: &'a str,
    status: Status,
}

#[metric_catalog(namespace = "live", scope(tenant_id: max 4))]
struct Metrics {
    /// Live sessions.
    sessions: Gauge,
    /// Live sessions by shop.
    sessions_by_shop: Gauge<Session<'_>>,
    /// Idle connections.
    idle: Gauge,
    /// Idle connections by shop.
    idle_by_shop: Gauge<Session<'_>>,
    /// Connections so far.
    opened: Counter,
    /// Connections so far by status.
    opened_by: Counter<Status>,
}

const SHOP: Session<'static> = Session {
    shop: "north",
    status: Status::Ok,
};

#[test]
fn gauge_is_up_while_its_guard_exists() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    let first = metrics.sessions.track();
    let second = metrics.sessions.track();
    let by_shop = metrics.sessions_by_shop.track(SHOP);
    assert_eq!(metrics.sessions.value(), 2.0);
    assert_eq!(metrics.sessions_by_shop.value(SHOP), 1.0);
    drop((first, second, by_shop));
    assert_eq!(captured.gauge(&metrics.sessions).value(), 0.0);
    assert_eq!(captured.gauge(&metrics.sessions_by_shop).value(), 0.0);
}

#[test]
fn guard_lowers_the_gauge_on_another_thread_and_after_a_panic() {
    let captured = testing::capture();
    let sessions = &Metrics::global().sessions;
    let moved = sessions.track();
    thread::spawn(move || drop(moved)).join().unwrap();
    assert_eq!(sessions.value(), 0.0);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _tracked = sessions.track();
        panic!("the session fails");
    }));
    assert!(unwound.is_err());
    assert_eq!(captured.gauge(sessions).value(), 0.0);
}

#[tokio::test]
async fn guard_of_a_task_that_is_aborted_lowers_the_gauge() {
    let captured = testing::capture();
    let tracked = Metrics::global().sessions.track();
    let task = tokio::spawn(async move {
        let _tracked = tracked;
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;
    assert_eq!(captured.gauge(&Metrics::global().sessions).value(), 1.0);
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(captured.gauge(&Metrics::global().sessions).value(), 0.0);
}

#[test]
fn guard_lowers_the_series_of_the_scope_it_was_made_in() {
    let captured = testing::capture();
    let sessions = &Metrics::global().sessions;
    let acme = TenantContext { tenant_id: "acme" }.labels();
    let other = TenantContext { tenant_id: "other" }.labels();
    let tracked = acme.in_scope(|| sessions.track());
    let of = |tenant: &str| {
        captured
            .gauge(sessions)
            .with_label("tenant_id", tenant)
            .value()
    };
    assert_eq!((of("acme"), of("other"), of("")), (1.0, 0.0, 0.0));
    other.in_scope(|| drop(tracked));
    assert_eq!((of("acme"), of("other"), of("")), (0.0, 0.0, 0.0));
}

#[test]
fn gauge_is_read_from_its_function_until_the_reading_is_dropped() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    let idle = Arc::new(AtomicU64::new(3));
    let (read, by_shop) = (Arc::clone(&idle), Arc::clone(&idle));
    let reading = metrics.idle.read_from(move || read.load(Relaxed));
    let _by_shop = metrics
        .idle_by_shop
        .read_from(SHOP, move || by_shop.load(Relaxed) > 3);
    assert_eq!(captured.gauge(&metrics.idle).value(), 3.0);
    assert_eq!(
        captured.gauge(&metrics.idle_by_shop).with("north").value(),
        0.0
    );
    idle.store(5, Relaxed);
    assert_eq!(captured.gauge(&metrics.idle).value(), 5.0);
    assert_eq!(
        captured.gauge(&metrics.idle_by_shop).with("north").value(),
        1.0
    );
    drop(reading);
    idle.store(7, Relaxed);
    assert_eq!(captured.gauge(&metrics.idle).value(), 5.0);
}

#[test]
fn counter_rises_to_the_total_of_its_function_and_never_falls() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    let opened = Arc::new(AtomicU64::new(3));
    let (read, by_status) = (Arc::clone(&opened), Arc::clone(&opened));
    let _reading = metrics.opened.read_from(move || read.load(Relaxed));
    let _by_status = metrics
        .opened_by
        .read_from(Status::Ok, move || by_status.load(Relaxed));
    for (total, expected) in [(3, 3), (3, 3), (10, 10), (2, 12)] {
        opened.store(total, Relaxed);
        assert_eq!(captured.counter(&metrics.opened).value(), expected);
    }
    let by_status = captured.counter(&metrics.opened_by);
    assert_eq!(by_status.with(Status::Ok).value(), 12);
    assert_eq!(by_status.with(Status::Error).value(), 0);
}

#[test]
fn function_that_panics_leaves_the_last_value_and_the_other_metrics() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    let calls = AtomicU64::new(0);
    let _panics = metrics
        .idle
        .read_from(move || match calls.fetch_add(1, Relaxed) {
            0 => 4,
            _ => panic!("the pool is gone"),
        });
    let _reading = metrics.opened.read_from(|| 9);
    assert_eq!(captured.gauge(&metrics.idle).value(), 4.0);
    assert_eq!(captured.gauge(&metrics.idle).value(), 4.0);
    assert_eq!(captured.counter(&metrics.opened).value(), 9);
}

#[test]
fn later_function_of_a_series_replaces_the_earlier_one() {
    let captured = testing::capture();
    let idle = &Metrics::global().idle;
    let first = idle.read_from(|| 1);
    let _second = idle.read_from(|| 2);
    assert_eq!(captured.gauge(idle).value(), 2.0);
    drop(first);
    assert_eq!(captured.gauge(idle).value(), 2.0);
}

#[test]
fn functions_of_a_capture_are_not_read_in_another() {
    let outer = testing::capture();
    let idle = &Metrics::global().idle;
    let _reading = idle.read_from(|| 6);
    {
        let inner = testing::capture();
        assert_eq!(inner.gauge(idle).value(), 0.0);
    }
    assert_eq!(outer.gauge(idle).value(), 6.0);
}
