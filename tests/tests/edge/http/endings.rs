//! However a request ends, it counts once and is no longer in flight.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use futures_util::stream;
use glyph_runtime::{
    http::{
        ErrorType, Method, RequestBody, ServerLayer, ServerMetrics, StatusClass, UNMATCHED,
        server::labels::{Active, Answered, Failed},
    },
    testing::{self, CaptureGuard},
};
use glyph_tests::wait;
use http::{StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use opentelemetry::trace::Status;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};
use tower::{Layer, ServiceExt};

use crate::http::{
    kept::{Kept, attribute, keep},
    wire::{self, request, send, serve},
};

/// Returns an endless stream of items.
async fn endless() -> Body {
    let items = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![b'x'; 65536])));
    Body::from_stream(items)
}

/// Upgrades to an echo protocol.
async fn upgraded(request: Request) -> Response {
    tokio::spawn(async move {
        let upgraded = hyper::upgrade::on(request).await.unwrap();
        let (mut read, mut write) = tokio::io::split(TokioIo::new(upgraded));
        tokio::io::copy(&mut read, &mut write).await.unwrap();
    });
    let headers = [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

async fn broken_off() -> Body {
    let error = io::Error::from(io::ErrorKind::ConnectionReset);
    Body::from_stream(stream::iter([Ok(Bytes::from("first")), Err(error)]))
}

async fn too_slow() -> Body {
    let error = io::Error::from(io::ErrorKind::TimedOut);
    Body::from_stream(stream::iter([Ok(Bytes::from("first")), Err(error)]))
}

fn router() -> Router {
    Router::new()
        .route("/endless", get(endless))
        .route("/panic", get(|| async { panic!("on purpose") as () }))
        .route("/upgrade", any(upgraded))
        .route("/broken-off", get(broken_off))
        .route("/too-slow", get(too_slow))
        .route("/never", get(std::future::pending::<()>))
        .route("/late", get(|| async { StatusCode::GATEWAY_TIMEOUT }))
        .route("/patience", get(|| async { StatusCode::REQUEST_TIMEOUT }))
        .route("/length", get(|| async { "hello" }))
        .route("/empty", get(|| async { StatusCode::NO_CONTENT }))
        .layer(ServerLayer::new(ServerMetrics::global()))
}

struct Ended {
    kept: Kept,
    _captured: CaptureGuard,
}

async fn set_up() -> (Ended, SocketAddr) {
    let captured = testing::capture();
    let kept = keep();
    let address = serve(router()).await;
    (
        Ended {
            kept,
            _captured: captured,
        },
        address,
    )
}

fn active() -> f64 {
    let method = Method::Get;
    ServerMetrics::global()
        .active_requests
        .value(Active { method })
}

/// Waits until the server's task is done with its request.
async fn until_idle() {
    wait::until_async("no request is active", || active() == 0.0).await;
}

impl Ended {
    /// Asserts that the only request to `route` was recorded once, with these values.
    fn assert(&self, route: &str, status: StatusClass, error: Option<ErrorType>) {
        let metrics = ServerMetrics::global();
        let method = Method::Get;
        let answered = Answered {
            method,
            route,
            status,
        };
        assert_eq!(metrics.request_duration.snapshot(answered).count(), 1);
        for kind in [
            ErrorType::Status,
            ErrorType::Transport,
            ErrorType::Timeout,
            ErrorType::Cancelled,
            ErrorType::Panic,
        ] {
            let failed = Failed {
                method,
                route,
                error: kind,
            };
            assert_eq!(
                metrics.errors.value(failed),
                u64::from(error == Some(kind)),
                "{kind:?}"
            );
        }
        assert_eq!(active(), 0.0);
        self.kept.span();
    }

    fn status(&self) -> (Status, String) {
        let span = self.kept.span();
        let error_type = attribute(&span, "error.type");
        (span.status, error_type)
    }
}

async fn connect(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn client_disconnecting_during_the_body_is_cancelled() {
    let (ended, address) = set_up().await;
    let mut stream = connect(address, "/endless").await;
    wire::read(&mut stream, 100_000).await;
    assert_eq!(active(), 1.0);
    drop(stream);
    until_idle().await;
    ended.assert("/endless", StatusClass::Success, Some(ErrorType::Cancelled));
    assert_eq!(ended.status(), (Status::Unset, "cancelled".to_owned()));
}

#[tokio::test]
async fn client_disconnecting_before_the_response_is_cancelled() {
    let (ended, address) = set_up().await;
    let stream = connect(address, "/never").await;
    wait::until_async("the request is active", || active() == 1.0).await;
    drop(stream);
    until_idle().await;
    ended.assert("/never", StatusClass::None, Some(ErrorType::Cancelled));
}

#[tokio::test]
async fn handler_panic_is_recorded() {
    let (ended, address) = set_up().await;
    let mut stream = connect(address, "/panic").await;
    assert_eq!(wire::read_rest(&mut stream).await, 0);
    until_idle().await;
    ended.assert("/panic", StatusClass::None, Some(ErrorType::Panic));
    assert_eq!(ended.status(), (Status::error(""), "panic".to_owned()));
    let lines = ended.kept.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "ERROR");
    assert_eq!(lines[0]["error.type"], "panic");
    assert_eq!(lines[0]["http.route"], "/panic");
}

#[tokio::test]
async fn failed_body_is_an_error() {
    let (ended, address) = set_up().await;
    let mut stream = connect(address, "/broken-off").await;
    wire::read_rest(&mut stream).await;
    until_idle().await;
    ended.assert(
        "/broken-off",
        StatusClass::Success,
        Some(ErrorType::Transport),
    );
    assert_eq!(ended.status(), (Status::error(""), "transport".to_owned()));
}

#[tokio::test]
async fn slow_body_is_a_timeout() {
    let (ended, address) = set_up().await;
    let mut stream = connect(address, "/too-slow").await;
    wire::read_rest(&mut stream).await;
    until_idle().await;
    ended.assert("/too-slow", StatusClass::Success, Some(ErrorType::Timeout));
    assert_eq!(ended.status(), (Status::error(""), "timeout".to_owned()));
}

#[tokio::test]
async fn slow_service_is_a_timeout() {
    let captured = testing::capture();
    let kept = keep();
    let service = tower::ServiceBuilder::new()
        .layer(ServerLayer::new(ServerMetrics::global()))
        .timeout(Duration::ZERO)
        .service_fn(|_: http::Request<RequestBody<Body>>| {
            std::future::pending::<Result<http::Response<Body>, Infallible>>()
        });
    let asked = request("GET", "/").map(Body::new);
    service.oneshot(asked).await.unwrap_err();
    let errors = &ServerMetrics::global().errors;
    let (method, route, error) = (Method::Get, UNMATCHED, ErrorType::Timeout);
    let failed = Failed {
        method,
        route,
        error,
    };
    assert_eq!(errors.value(failed), 1);
    let duration = captured.histogram_of(&ServerMetrics::global().request_duration);
    assert_eq!(duration.count(), 1);
    assert_eq!(attribute(&kept.span(), "error.type"), "timeout");
}

#[tokio::test]
async fn timeout_status_is_a_timeout() {
    let (ended, address) = set_up().await;
    wire::get(address, "/late").await;
    ended.assert("/late", StatusClass::ServerError, Some(ErrorType::Timeout));
    assert_eq!(ended.status(), (Status::error(""), "504".to_owned()));
}

#[tokio::test]
async fn slow_client_is_not_a_server_error() {
    let (ended, address) = set_up().await;
    wire::get(address, "/patience").await;
    ended.assert(
        "/patience",
        StatusClass::ClientError,
        Some(ErrorType::Timeout),
    );
    assert_eq!(ended.status(), (Status::Unset, String::new()));
}

#[tokio::test]
async fn upgrade_ends_with_its_response() {
    let (ended, address) = set_up().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    stream.write_all(b"hello").await.unwrap();
    assert_eq!(wire::read(&mut stream, 5).await, b"hello");
    ended.assert("/upgrade", StatusClass::Informational, None);
}

#[tokio::test]
async fn bodies_of_known_or_zero_length_end_normally() {
    for path in ["/length", "/empty"] {
        let (ended, address) = set_up().await;
        wire::get(address, path).await;
        ended.assert(path, StatusClass::Success, None);
    }
}

#[tokio::test]
async fn head_response_is_not_cancelled() {
    let (ended, address) = set_up().await;
    let response = send(address, request("HEAD", "/endless")).await;
    assert!(response.body().is_empty());
    let route = "/endless";
    let method = Method::Head;
    let metrics = ServerMetrics::global();
    let answered = Answered {
        method,
        route,
        status: StatusClass::Success,
    };
    assert_eq!(metrics.request_duration.snapshot(answered).count(), 1);
    assert_eq!(ended.status(), (Status::Unset, String::new()));
}

#[tokio::test]
async fn stream_of_an_hour_lasts_an_hour() {
    let captured = testing::capture().frozen();
    let (items, source) = mpsc::channel::<Bytes>(1);
    let body = Body::from_stream(stream::unfold(source, |mut source| async {
        let item = source.recv().await?;
        Some((Ok::<_, Infallible>(item), source))
    }));
    let mut body = Some(body);
    let service = tower::service_fn(move |_: http::Request<RequestBody<Body>>| {
        let body = body.take().unwrap_or_default();
        std::future::ready(Ok::<_, Infallible>(http::Response::new(body)))
    });
    let service = ServerLayer::new(ServerMetrics::global()).layer(service);
    let asked = request("GET", "/").map(Body::new);
    let response = service.oneshot(asked).await.unwrap();
    let mut read = response.into_body();
    for _ in 0..60 {
        items.send(Bytes::from("a minute")).await.unwrap();
        read.frame().await.unwrap().unwrap();
        captured.clock().advance(Duration::from_secs(60));
    }
    assert_eq!(active(), 1.0);
    drop(items);
    assert!(read.frame().await.is_none());
    assert_eq!(active(), 0.0);
    let duration = captured.histogram_of(&ServerMetrics::global().request_duration);
    assert_eq!((duration.count(), duration.sum()), (1, 3600.0));
}
