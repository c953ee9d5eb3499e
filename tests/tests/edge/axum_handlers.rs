//! Stages on handlers of axum.
#![expect(clippy::unwrap_used, reason = "a failed handler fails the test")]

use std::future::ready;

use glyph_runtime::{
    CallStatus, Counter, Histogram, Label, LabelSet, Outcome, instrument_stage, metric_catalog,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Handler {
    Above,
    Below,
}

#[derive(LabelSet)]
struct Handled {
    handler: Handler,
    ended: CallStatus,
}

#[metric_catalog(namespace = "axum_handlers", stages = stage)]
struct Handlers {
    /// Time to handle a request.
    #[metric(unit = seconds, buckets = [1ms, 1s])]
    #[stage(handle, requests = handled, labels(handler: Handler))]
    duration: Histogram<Handled>,
    /// Requests that were handled.
    handled: Counter<Handled>,
}

#[axum::debug_handler]
#[instrument_stage(stage::handle, labels(handler = "above"))]
async fn above(path: axum::extract::Path<u8>) -> Result<String, http::StatusCode> {
    ready(()).await;
    Ok(path.0.to_string())
}

#[instrument_stage(stage::handle, labels(handler = "below"))]
#[axum::debug_handler]
async fn below(path: axum::extract::Path<u8>) -> Result<String, http::StatusCode> {
    ready(()).await;
    let _ = path;
    Err(http::StatusCode::NOT_FOUND)
}

/// The calls of `handler` by outcome, in the order of [`Outcome::ALL`].
fn calls(handler: Handler) -> [u64; Outcome::ALL.len()] {
    [
        CallStatus::Ok,
        CallStatus::Error,
        CallStatus::Timeout,
        CallStatus::Cancelled,
        CallStatus::Panicked,
    ]
    .map(|ended| {
        let count = Handlers::global().handled.value(Handled { handler, ended });
        let durations = Handlers::global()
            .duration
            .snapshot(Handled { handler, ended });
        assert_eq!(durations.count(), count, "{handler:?}, {ended:?}");
        count
    })
}

#[tokio::test]
async fn handlers_of_axum() {
    let path = || axum::extract::Path(7);
    let _: axum::Router = axum::Router::new()
        .route("/above/{number}", axum::routing::get(above))
        .route("/below/{number}", axum::routing::get(below));
    assert_eq!(above(path()).await.unwrap(), "7");
    assert!(below(path()).await.is_err());
    assert_eq!(calls(Handler::Above), [1, 0, 0, 0, 0]);
    assert_eq!(calls(Handler::Below), [0, 1, 0, 0, 0]);
}
