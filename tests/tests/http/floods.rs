//! Whatever strangers send, the page does not grow.

use std::convert::Infallible;

use axum::{Router, body::Body, routing::get};
use glyph_runtime::{
    Telemetry,
    expose::Format,
    http::{ServerLayer, ServerMetrics},
};
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};

const REQUESTS: usize = 100_000;

fn series(telemetry: &Telemetry) -> usize {
    let page = telemetry.page(Format::Text);
    page.lines()
        .filter(|line| line.starts_with("http_"))
        .count()
}

fn word(random: &mut fastrand::Rng) -> String {
    std::iter::repeat_with(|| random.alphanumeric())
        .take(12)
        .collect()
}

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT",
];

fn any_request(random: &mut fastrand::Rng) -> Request<Body> {
    let method = match random.usize(..12) {
        known @ 0..9 => METHODS[known].to_owned(),
        _ => word(random),
    };
    let path = match random.usize(..3) {
        0 => format!("/users/{}", word(random)),
        1 => format!("/{}/{}?q={}", word(random), word(random), word(random)),
        _ => format!("/{}", word(random)),
    };
    let request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(path);
    let request = [
        "x-request-id",
        "user-agent",
        "traceparent",
        "content-length",
        "x-forwarded-for",
    ]
    .into_iter()
    .fold(request, |request, name| request.header(name, word(random)));
    request
        .header("host", format!("{}.test", word(random)))
        .body(Body::empty())
        .unwrap()
}

async fn answer<S>(service: &mut S, request: Request<Body>)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let response = service.ready().await.unwrap().call(request).await.unwrap();
    response.into_body().collect().await.unwrap();
}

#[tokio::test]
async fn a_hundred_thousand_strange_requests_make_no_series() {
    let captured = glyph_runtime::testing::capture();
    // A capture would keep every span.
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let telemetry = Telemetry::builder("flooded")
        .catalog(ServerMetrics::global())
        .without_facade()
        .build()
        .unwrap();
    let layer = ServerLayer::new(ServerMetrics::global());
    let mut router = Router::new()
        .route(
            "/users/{id}",
            get(|| async { "ok" }).post(|| async { "ok" }),
        )
        .layer(layer);
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..2_000 {
        answer(&mut router, any_request(&mut random)).await;
    }
    let warm = series(&telemetry);
    for _ in 0..REQUESTS {
        answer(&mut router, any_request(&mut random)).await;
    }
    assert_eq!(series(&telemetry), warm);
    assert!(warm > 0);
    let duration = captured.histogram_of(&ServerMetrics::global().request_duration);
    assert_eq!(duration.count(), 102_000);
}
