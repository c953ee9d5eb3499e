//! Requests of untrusted clients create no series.

use std::{convert::Infallible, future::ready};

use axum::{Router, body::Body, routing::get};
use glyph_runtime::{
    Telemetry,
    expose::Format,
    http::{ClientLayer, ClientMetrics, ServerLayer, ServerMetrics},
};
use glyph_tests::environment;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};

const REQUESTS: usize = 100_000;

fn series(telemetry: &Telemetry, prefix: &str) -> usize {
    let page = telemetry.render(Format::Text);
    page.lines().filter(|line| line.starts_with(prefix)).count()
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
        "tracestate",
        "content-length",
        "x-forwarded-for",
        "x-forwarded-host",
        "accept",
    ]
    .into_iter()
    .fold(request, |request, name| request.header(name, word(random)));
    // Half of them are well-formed and therefore accepted.
    let traceparent = if random.bool() {
        format!("00-{:032x}-{:016x}-00", random.u128(1..), random.u64(1..))
    } else {
        word(random)
    };
    request
        .header("traceparent", traceparent)
        .header("baggage", format!("{}={}", word(random), word(random)))
        .header("host", format!("{}.test:{}", word(random), random.u16(..)))
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
async fn hundred_thousand_unknown_requests_make_no_series() {
    let captured = glyph_runtime::testing::capture();
    // No capture here: it would keep every span.
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let telemetry = environment::telemetry("flooded")
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
    let warm = series(&telemetry, "http_server_");
    for _ in 0..REQUESTS {
        answer(&mut router, any_request(&mut random)).await;
    }
    assert_eq!(series(&telemetry, "http_server_"), warm);
    assert!(warm > 0);
    let duration = captured.histogram_of(&ServerMetrics::global().request_duration);
    assert_eq!(duration.count(), 102_000);
}

#[tokio::test]
async fn calls_to_a_hundred_thousand_hosts_make_no_series() {
    let captured = glyph_runtime::testing::capture();
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let telemetry = environment::telemetry("calling")
        .catalog(ClientMetrics::global())
        .without_facade()
        .build()
        .unwrap();
    let mut random = fastrand::Rng::with_seed(11);
    let mut answers = 0;
    let answer = service_fn(move |_: Request<Body>| {
        let mut response = Response::new(Body::empty());
        // Peers send invalid statuses, too.
        answers = (answers + 1) % 400;
        *response.status_mut() = StatusCode::from_u16(600 + answers).unwrap();
        ready(Ok::<_, Infallible>(response))
    });
    let mut client = ClientLayer::new(ClientMetrics::global()).layer(answer);
    let mut call = async |requests: usize| {
        for _ in 0..requests {
            let mut asked = any_request(&mut random);
            let uri = format!("http://{}.test/{}", word(&mut random), word(&mut random));
            *asked.uri_mut() = uri.parse().unwrap();
            client.ready().await.unwrap().call(asked).await.unwrap();
        }
    };
    call(2_000).await;
    let warm = series(&telemetry, "http_client_");
    call(REQUESTS).await;
    assert_eq!(series(&telemetry, "http_client_"), warm);
    let duration = captured.histogram_of(&ClientMetrics::global().request_duration);
    assert_eq!(duration.count(), 102_000);
}
