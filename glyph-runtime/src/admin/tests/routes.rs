use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::Pieces;
use crate::{expose::Format, health::Health};

async fn ask(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn get(router: &Router, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    ask(router, Method::GET, path, headers).await
}

async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect()
}

#[tokio::test]
async fn exposition_has_the_accepted_format() {
    let exposition = Pieces::new(3);
    let router = exposition.router();
    for (accept, format) in [
        (&["*/*"][..], Format::Text),
        (&[], Format::Text),
        (
            &["application/openmetrics-text;version=1.0.0,text/plain;q=0.5"],
            Format::OpenMetrics,
        ),
        (
            &["text/plain;q=0.5", "application/openmetrics-text"],
            Format::OpenMetrics,
        ),
        (
            &["\u{e9}", "application/openmetrics-text"],
            Format::OpenMetrics,
        ),
    ] {
        let accept: Vec<_> = accept.iter().map(|accept| ("accept", *accept)).collect();
        let response = get(&router, "/metrics", &accept).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            header(response.headers(), "content-type"),
            [format.content_type()]
        );
        assert_eq!(
            header(response.headers(), "vary"),
            ["Accept", "accept-encoding"]
        );
        assert_eq!(text(response).await, exposition.text(format));
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_renders_nothing() {
    let exposition = Pieces::new(3);
    let router = exposition.router();
    let headers = [
        ("accept", "application/openmetrics-text"),
        ("accept-encoding", "gzip"),
    ];
    let head = ask(&router, Method::HEAD, "/metrics", &headers).await;
    let of_head = head.headers().clone();
    assert_eq!(text(head).await, "");
    assert_eq!(exposition.written(), 0);
    let get = get(&router, "/metrics", &headers).await;
    assert_eq!(header(get.headers(), "content-encoding"), ["gzip"]);
    assert_eq!(of_head, *get.headers());
}

#[tokio::test]
async fn pieces_are_rendered_when_they_are_read() {
    let exposition = Pieces::new(100);
    let mut body = get(&exposition.router(), "/metrics", &[]).await.into_body();
    assert_eq!(exposition.written(), 0);
    body.frame().await.unwrap().unwrap();
    assert_eq!(exposition.written(), 1);
    body.frame().await.unwrap().unwrap();
    assert_eq!(exposition.written(), 2);
}

#[tokio::test]
async fn pieces_are_rendered_by_another_thread() {
    let exposition = Pieces::new(3);
    let router = exposition.router();
    let response = get(&router, "/metrics", &[("accept-encoding", "gzip")]).await;
    response.into_body().collect().await.unwrap();
    let threads = exposition.counts.threads.lock().unwrap().clone();
    assert_eq!(threads, ["glyph-scrape"; 3]);
}

#[tokio::test]
async fn scrape_replaces_one_whose_client_reads_nothing() {
    let exposition = Pieces::new(2);
    let router = exposition.router();
    let mut running = Vec::new();
    for _ in 0..16 {
        running.push(get(&router, "/metrics", &[]).await.into_body());
    }
    let reading = running.first_mut().unwrap();
    reading.frame().await.unwrap().unwrap();
    let begun = Instant::now();
    let late = get(&router, "/metrics", &[]).await;
    assert_eq!(late.status(), StatusCode::OK);
    assert!(begun.elapsed() < Duration::from_secs(5), "{begun:?}");
    assert_eq!(text(late).await, exposition.text(Format::Text));
    // The one that waited longest was cut, and does not look complete.
    let cut = running.remove(1).frame().await.unwrap().unwrap_err();
    assert!(cut.to_string().contains("reads too slowly"), "{cut}");
    assert!(running.remove(1).frame().await.unwrap().is_ok());
    assert_eq!(get(&router, "/healthz", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn scrapes_whose_clients_read_are_not_replaced() {
    let exposition = Pieces::new(usize::MAX);
    let router = exposition.router();
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for _ in 0..16 {
        let mut body = get(&router, "/metrics", &[]).await.into_body();
        let stop = Arc::clone(&stop);
        readers.push(tokio::spawn(async move {
            while !stop.load(SeqCst) {
                body.frame().await.unwrap().unwrap();
            }
        }));
    }
    let late = get(&router, "/metrics", &[]);
    let waited = tokio::time::timeout(Duration::from_millis(200), late).await;
    assert!(waited.is_err(), "a reader was cut");
    stop.store(true, SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
    assert_eq!(get(&router, "/metrics", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn other_methods_are_rejected() {
    let router = Pieces::new(1).router();
    for path in ["/metrics", "/healthz", "/readyz"] {
        for method in [
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
            Method::TRACE,
        ] {
            let response = ask(&router, method, path, &[]).await;
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(header(response.headers(), "allow"), ["GET, HEAD"]);
        }
    }
    assert_eq!(get(&router, "/", &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn probes_have_a_status_code_and_json() {
    let health = Health::builder()
        .check("database", || async { Err("connection refused") })
        .check("providers", || async { Ok::<(), String>(()) })
        .build()
        .unwrap();
    let router = Pieces::new(1).router_with(health.clone());
    let failed =
        r#"{"status":"fail","checks":{"database":"fail: connection refused","providers":"ok"}}"#;
    let drained = r#"{"status":"fail","checks":{"draining":"fail: shutting down"}}"#;
    for expected in [failed, drained] {
        let live = get(&router, "/healthz", &[]).await;
        assert_eq!(live.status(), StatusCode::OK);
        assert_eq!(text(live).await, r#"{"status":"ok"}"#);
        let ready = get(&router, "/readyz", &[]).await;
        assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
        let headers = ready.headers().clone();
        assert_eq!(
            header(&headers, "content-type"),
            ["application/json; charset=utf-8"]
        );
        assert_eq!(header(&headers, "cache-control"), ["no-store"]);
        assert_eq!(text(ready).await, expected);
        let head = ask(&router, Method::HEAD, "/readyz", &[]).await;
        assert_eq!(
            (head.status(), head.headers()),
            (StatusCode::SERVICE_UNAVAILABLE, &headers)
        );
        assert_eq!(text(head).await, "");
        health.start_draining();
    }
}
