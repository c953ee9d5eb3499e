//! The telemetry of a request.

use std::net::SocketAddr;

use axum::{Router, routing::get};
use glyph_runtime::{
    http::{
        Method, ServerLayer, ServerMetrics, StatusClass, StatusCode, UNMATCHED,
        server::labels::{Active, Answered, Endpoint, Request},
    },
    testing,
};
use opentelemetry::trace::{SpanId, SpanKind, Status};
use tokio::net::TcpListener;

use crate::http::{
    kept::{attribute, keep},
    wire::{self, request, send, serve},
};

fn router() -> Router {
    Router::new()
        .route(
            "/users/{id}",
            get(|| async { "hello" }).post(|body: String| async move { body }),
        )
        .route(
            "/broken",
            get(|| async { http::StatusCode::SERVICE_UNAVAILABLE }),
        )
        .route("/healthz", get(|| async { "ok" }))
        .layer(ServerLayer::new(ServerMetrics::global()).excluded_paths(["/healthz"]))
}

#[tokio::test]
async fn request_span_has_the_conventional_attributes() {
    let kept = keep();
    let address = serve(router()).await;
    let mut asked = request("GET", "/users/42?token=secret");
    asked
        .headers_mut()
        .insert("user-agent", "tests".try_into().unwrap());
    send(address, asked).await;

    let span = kept.span();
    assert_eq!(span.name, "GET /users/{id}");
    assert_eq!(span.span_kind, SpanKind::Server);
    assert_eq!(span.status, Status::Unset);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/users/{id}"),
        ("http.response.status_code", "200"),
        ("http.response.body.size", "5"),
        ("url.scheme", "http"),
        ("url.path", "/users/42"),
        ("server.address", "shop.test"),
        ("server.port", "8080"),
        ("network.protocol.version", "1.1"),
        ("user_agent.original", "tests"),
        ("error.type", ""),
    ] {
        assert_eq!(attribute(&span, name), value, "{name}");
    }
    assert!(!format!("{span:?}").contains("secret"));
}

#[tokio::test]
async fn request_is_counted_at_the_end_of_its_body() {
    let captured = testing::capture();
    let address = serve(router()).await;
    let body = bytes::Bytes::from_static(b"seven..");
    let asked = request("POST", "/users/42").map(|_| body.into());
    assert_eq!(send(address, asked).await.body(), "seven..");

    let metrics = ServerMetrics::global();
    let (method, route) = (Method::Post, "/users/{id}");
    let status = StatusClass::Success;
    let duration = captured.histogram_of(&metrics.request_duration);
    assert_eq!(duration.count(), 1);
    assert_eq!(
        metrics
            .request_duration
            .snapshot(Answered {
                method,
                route,
                status
            })
            .count(),
        1
    );
    let status = StatusCode::from(Some(http::StatusCode::OK));
    assert_eq!(
        metrics.requests.value(Request {
            method,
            route,
            status
        }),
        1
    );
    let endpoint = || Endpoint { method, route };
    assert_eq!(metrics.request_body_size.snapshot(endpoint()).sum(), 7.0);
    assert_eq!(metrics.response_body_size.snapshot(endpoint()).sum(), 7.0);
    assert_eq!(metrics.active_requests.value(Active { method }), 0.0);
}

#[tokio::test]
async fn server_error_status_is_an_error_and_client_error_is_not() {
    let kept = keep();
    let address = serve(router()).await;
    wire::get(address, "/broken").await;
    wire::get(address, "/nowhere/42").await;

    let spans = kept.spans();
    assert_eq!(spans[0].name, "GET /broken");
    assert_eq!(spans[0].status, Status::error(""));
    assert_eq!(attribute(&spans[0], "error.type"), "503");
    assert_eq!(spans[1].name, "GET");
    assert_eq!(spans[1].status, Status::Unset);
    assert_eq!(attribute(&spans[1], "error.type"), "");
    assert_eq!(attribute(&spans[1], "http.route"), "");
    assert_eq!(attribute(&spans[1], "http.response.status_code"), "404");
}

#[tokio::test]
async fn unmatched_routes_share_one_series() {
    let captured = testing::capture();
    let address = serve(router()).await;
    for path in ["/a", "/b", "/users", "/%00"] {
        wire::get(address, path).await;
    }
    send(address, request("BREW", "/pot")).await;
    let metrics = ServerMetrics::global();
    let unmatched = |method| Answered {
        method,
        route: UNMATCHED,
        status: StatusClass::ClientError,
    };
    assert_eq!(
        metrics
            .request_duration
            .snapshot(unmatched(Method::Get))
            .count(),
        4
    );
    assert_eq!(
        metrics
            .request_duration
            .snapshot(unmatched(Method::Other))
            .count(),
        1
    );
    assert_eq!(captured.histogram_of(&metrics.request_duration).count(), 5);
}

#[tokio::test]
async fn excluded_paths_record_nothing() {
    let captured = testing::capture();
    let kept = keep();
    let address = serve(router()).await;
    let response = wire::get(address, "/healthz").await;
    assert_eq!(response.body(), "ok");
    assert!(!response.headers().contains_key("x-request-id"));
    assert_eq!(
        captured
            .histogram_of(&ServerMetrics::global().request_duration)
            .count(),
        0
    );
    assert!(kept.spans().is_empty());
    assert!(kept.lines().is_empty());
}

#[tokio::test]
async fn span_has_the_peer_address_if_the_server_sets_it() {
    let kept = keep();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let mut asked = request("GET", "/users/42");
    asked
        .headers_mut()
        .insert("x-forwarded-for", "203.0.113.9".try_into().unwrap());
    send(address, asked).await;
    let span = kept.span();
    assert_eq!(attribute(&span, "client.address"), "127.0.0.1");
    assert_eq!(attribute(&span, "network.peer.address"), "127.0.0.1");
    assert!(attribute(&span, "network.peer.port").parse::<u16>().is_ok());
}
