//! Middleware of tower-http, above and below the server layer: the route is found, and each request is
//! recorded once, as `docs/guide/services.md` says.

use std::{future::pending, time::Duration};

use axum::{Router, body::Body, routing::get};
use glyph_runtime::{
    Counter,
    http::{ErrorType, Method, ServerLayer, ServerMetrics, StatusCode, server::labels},
    testing,
};
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestId, MakeRequestUuid, RequestId, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

async fn panics() {
    panic!("the handler panics");
}

fn routes() -> Router {
    Router::new()
        .route("/articles/{id}", get("an article"))
        .route("/panics/{id}", get(panics))
        .route("/hangs/{id}", get(pending::<()>))
}

fn layer() -> ServerLayer {
    ServerLayer::new(ServerMetrics::global())
}

/// Sends a request, and reads the whole response.
async fn send(routes: Router, path: &str) -> Response<()> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (head, body) = routes.oneshot(request).await.unwrap().into_parts();
    body.collect().await.unwrap();
    Response::from_parts(head, ())
}

fn requests(route: &str, status: u16) -> u64 {
    let method = Method::Get;
    let status = StatusCode::from(http::StatusCode::from_u16(status).ok());
    let labels = labels::Request {
        method,
        route,
        status,
    };
    ServerMetrics::global().requests.value(labels)
}

fn errors(route: &str, error: ErrorType) -> u64 {
    let errors: &Counter<labels::Failed<'_>> = &ServerMetrics::global().errors;
    errors.value(labels::Failed {
        method: Method::Get,
        route,
        error,
    })
}

#[tokio::test]
async fn route_is_found_below_and_above_any_middleware() {
    type Apply = fn(Router) -> Router;
    let middleware: [Apply; 4] = [
        |routes| routes.layer(CompressionLayer::new()),
        |routes| routes.layer(TraceLayer::new_for_http()),
        |routes| routes.layer(SetRequestIdLayer::x_request_id(MakeRequestUuid)),
        |routes| routes.layer(CatchPanicLayer::new()),
    ];
    for apply in middleware {
        let _captured = testing::capture();
        send(apply(routes()).layer(layer()), "/articles/7").await;
        send(apply(routes().layer(layer())), "/articles/7").await;
        assert_eq!(requests("/articles/{id}", 200), 2);
    }
}

#[tokio::test]
async fn panic_is_recorded_as_one_unless_it_was_caught_before() {
    let _captured = testing::capture();
    let caught_above = routes().layer(layer()).layer(CatchPanicLayer::new());
    assert_eq!(send(caught_above, "/panics/7").await.status(), 500);
    assert_eq!(errors("/panics/{id}", ErrorType::Panic), 1);
    assert_eq!(errors("/panics/{id}", ErrorType::Status), 0);

    let caught_below = routes().layer(CatchPanicLayer::new()).layer(layer());
    assert_eq!(send(caught_below, "/panics/7").await.status(), 500);
    assert_eq!(errors("/panics/{id}", ErrorType::Panic), 1);
    assert_eq!(errors("/panics/{id}", ErrorType::Status), 1);
    assert_eq!(requests("/panics/{id}", 500), 1);
}

#[tokio::test(start_paused = true)]
async fn timeout_above_the_layer_cancels_and_one_below_has_a_status() {
    let _captured = testing::capture();
    let timeout = || {
        TimeoutLayer::with_status_code(http::StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(1))
    };
    let above = routes().layer(layer()).layer(timeout());
    assert_eq!(send(above, "/hangs/7").await.status(), 504);
    assert_eq!(errors("/hangs/{id}", ErrorType::Cancelled), 1);
    assert_eq!(requests("/hangs/{id}", 504), 0);

    let below = routes().layer(timeout()).layer(layer());
    assert_eq!(send(below, "/hangs/7").await.status(), 504);
    assert_eq!(errors("/hangs/{id}", ErrorType::Timeout), 1);
    assert_eq!(requests("/hangs/{id}", 504), 1);
}

/// Gives each request without an id the same one.
#[derive(Clone, Copy)]
struct SameId;

impl MakeRequestId for SameId {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        Some(RequestId::new(HeaderValue::from_static(
            "of-the-middleware",
        )))
    }
}

#[tokio::test]
async fn request_id_is_that_of_the_outer_of_the_two() {
    let _captured = testing::capture();
    let ids = || SetRequestIdLayer::x_request_id(SameId);
    let above = send(routes().layer(layer()).layer(ids()), "/articles/7").await;
    assert_eq!(above.headers()["x-request-id"], "of-the-middleware");
    let below = send(routes().layer(ids()).layer(layer()), "/articles/7").await;
    assert_ne!(below.headers()["x-request-id"], "of-the-middleware");
}
