//! Calls to databases: a client, a connection pool, and how calls end.

use std::{
    future::{pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context, Poll, Waker},
};

use glyph_runtime::{
    Outcome,
    database::{
        Client, ClientMetrics, Failure, Pool, PoolMetrics, System,
        labels::{ConnectionState, Connections, Operations, Pools},
    },
    testing,
};

/// An error of a client library, with the code of the database.
#[derive(Debug, PartialEq, Eq)]
enum SqlError {
    Code(&'static str),
    TimedOut,
}

fn failure(error: &SqlError) -> Failure {
    match error {
        SqlError::Code(code) => Failure::new(*code),
        SqlError::TimedOut => Failure::timeout(),
    }
}

fn orders() -> Client<SqlError> {
    Client::new(ClientMetrics::global(), System::Postgresql, failure)
        .namespace("orders")
        .server_address("db1.internal")
        .server_port(5433)
}

/// The labels of a `SELECT` on `users`.
fn selects(error_type: &str) -> Operations<'_> {
    Operations {
        system: "postgresql",
        namespace: "orders",
        operation: "SELECT",
        collection: "users",
        server_address: "db1.internal",
        error_type,
    }
}

fn count(error_type: &str) -> u64 {
    let durations = &ClientMetrics::global().operation_duration;
    durations.snapshot(selects(error_type)).count()
}

#[test]
fn call_is_recorded_with_its_labels_and_a_client_span() {
    let captured = testing::capture();
    let select = orders();
    let select = select.operation("SELECT").collection("users");
    let found = select
        .query_text("SELECT name FROM users WHERE id = ?")
        .time(|| Ok(7));
    assert_eq!(found, Ok(7));
    assert_eq!(count(""), 1);
    let span = captured.span("db.client");
    let fields = [
        ("otel.name", "SELECT users"),
        ("otel.kind", "client"),
        ("db.system.name", "postgresql"),
        ("db.namespace", "orders"),
        ("db.operation.name", "SELECT"),
        ("db.collection.name", "users"),
        ("db.query.text", "SELECT name FROM users WHERE id = ?"),
        ("server.address", "db1.internal"),
        ("server.port", "5433"),
    ];
    for (name, value) in fields {
        assert_eq!(span.field(name), Some(value), "{name}");
    }
    assert_eq!((span.error_type(), span.status()), (None, None));
}

#[test]
fn failed_call_has_the_code_of_the_database() {
    let captured = testing::capture();
    let client = orders();
    let select = || client.operation("SELECT").collection("users");
    let failed = select().time(|| Err::<(), _>(SqlError::Code("42P01")));
    assert_eq!(failed, Err(SqlError::Code("42P01")));
    assert!(select().time(|| Err::<(), _>(SqlError::TimedOut)).is_err());
    assert_eq!((count("42P01"), count("timeout"), count("")), (1, 1, 0));
    let spans = captured.spans();
    let ends: Vec<_> = spans
        .iter()
        .map(|span| (span.error_type(), span.status()))
        .collect();
    let failed = |error_type| (Some(error_type), Some("ERROR"));
    assert_eq!(ends, [failed("42P01"), failed("timeout")]);
}

#[test]
fn dropped_future_is_cancelled_and_no_error() {
    let captured = testing::capture();
    let client = orders();
    let select = client.operation("SELECT").collection("users");
    let mut call = Box::pin(select.time_async(pending::<Result<(), _>>()));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(call.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(count("cancelled"), 0);
    drop(call);
    assert_eq!(count("cancelled"), 1);
    let span = captured.span("db.client");
    assert_eq!(
        (span.error_type(), span.status()),
        (Some("cancelled"), None)
    );
}

#[test]
fn future_that_is_never_polled_is_no_call() {
    let _captured = testing::capture();
    let client = orders();
    let select = client.operation("SELECT").collection("users");
    drop(select.time_async(ready(Ok(()))));
    assert_eq!((count(""), count("cancelled")), (0, 0));
}

#[test]
fn futures_of_calls_can_move_to_another_thread() {
    fn assert_send(_: &impl Send) {}
    let client = orders();
    let pool = Pool::new(PoolMetrics::global(), "moved");
    assert_send(&client.operation("SELECT").time_async(ready(Ok(()))));
    assert_send(&pool.acquire(Outcome::of_value, ready(())));
}

#[test]
fn panic_is_recorded_once_and_continues() {
    let _captured = testing::capture();
    let client = orders();
    let select = client.operation("SELECT").collection("users");
    let panics = || select.time(|| -> Result<(), _> { panic!("the driver has a bug") });
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!((count("panic"), count("cancelled"), count("")), (1, 0, 0));
}

#[test]
fn operations_beyond_the_limit_share_one_series() {
    let _captured = testing::capture();
    let client = orders();
    let names: Vec<_> = (0..40).map(|number| format!("table_{number}")).collect();
    for name in &names {
        client
            .operation("SELECT")
            .collection(name)
            .time(|| Ok(()))
            .unwrap();
    }
    let other = Operations {
        collection: "other",
        ..selects("")
    };
    let durations = &ClientMetrics::global().operation_duration;
    assert_eq!(durations.snapshot(other).count(), 8);
}

#[test]
fn pool_counts_requests_waits_and_timeouts() {
    let _captured = testing::capture();
    let metrics = PoolMetrics::global();
    let pool = Pool::new(metrics, "orders").max(10).idle(1, 5);
    pool.set_connections(4, 6);
    let orders = || Pools { pool: "orders" };
    let of = |state| {
        metrics.count.value(Connections {
            pool: "orders",
            state,
        })
    };
    let counted = [of(ConnectionState::Idle), of(ConnectionState::Used)];
    assert_eq!(counted.map(|count| count.to_string()), ["4", "6"]);
    let mut context = Context::from_waker(Waker::noop());

    let mut waiting = Box::pin(pool.acquire(Outcome::of_result, pending::<Result<(), ()>>()));
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    assert_eq!(metrics.pending_requests.value(orders()).to_string(), "1");
    drop(waiting);
    assert_eq!(metrics.pending_requests.value(orders()).to_string(), "0");

    let acquired = Box::pin(pool.acquire(Outcome::of_value, ready(())));
    assert!({ acquired }.as_mut().poll(&mut context).is_ready());
    let late = Box::pin(pool.acquire(|()| Outcome::Timeout, ready(())));
    assert!({ late }.as_mut().poll(&mut context).is_ready());
    assert_eq!(metrics.wait_time.snapshot(orders()).count(), 1);
    assert_eq!(metrics.timeouts.value(orders()), 1);
}
