//! Calls of untrusted clients create no series.

use std::{convert::Infallible, iter};

use glyph_runtime::{
    Telemetry,
    expose::Format,
    grpc::{
        ClientMetrics, ErrorType, OTHER, ServerMetrics, StatusCode, System,
        server::labels::Answered,
    },
    testing,
};
use glyph_tests::environment;
use http::Request;
use http_body_util::BodyExt;
use opentelemetry::trace::SpanKind;
use tonic::{Status, body::Body, service::Routes};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::grpc::{
    kept::attribute,
    recorded::record,
    shop::{RESERVE, Stock, Text, client_layer, measured, path, serve, server_layer, text},
};

const CALLS: usize = 10_000;

fn series(telemetry: &Telemetry) -> usize {
    let page = telemetry.render(Format::Text);
    page.lines().filter(|line| line.starts_with("rpc_")).count()
}

fn word(random: &mut fastrand::Rng) -> String {
    iter::repeat_with(|| random.alphanumeric())
        .take(12)
        .collect()
}

fn any_call(random: &mut fastrand::Rng) -> Request<Body> {
    let (one, two, three) = (word(random), word(random), word(random));
    let path = match random.usize(..5) {
        0 => format!("/shop.Stock/{one}"),
        1 => format!("/{one}.{two}/{three}"),
        2 => format!("/{one}/{two}/{three}?{one}={two}"),
        3 => format!("/{one}"),
        _ => format!("/{RESERVE}"),
    };
    let request = Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    let names = [
        "traceparent",
        "baggage",
        "x-request-id",
        "grpc-timeout",
        "org_id",
    ];
    let request = names
        .into_iter()
        .fold(request, |request, name| request.header(name, word(random)));
    request.body(Body::empty()).unwrap()
}

fn telemetry() -> Telemetry {
    environment::telemetry("flooded")
        .catalog(ServerMetrics::global())
        .catalog(ClientMetrics::global())
        .without_facade()
        .build()
        .unwrap()
}

async fn call<S, B>(service: &mut S, request: Request<Body>)
where
    S: Service<Request<Body>, Response = http::Response<B>, Error = Infallible>,
    B: http_body::Body,
{
    let answer = service.ready().await.unwrap().call(request).await.unwrap();
    let _end = answer.into_body().collect().await;
}

#[tokio::test]
async fn ten_thousand_unknown_methods_make_no_series() {
    let captured = testing::capture();
    // No capture here: it would keep every span.
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let telemetry = telemetry();
    let layer = server_layer().try_ids(["org_id"]).unwrap();
    let served = layer.layer(Routes::new(Stock).prepare());
    let mut called = client_layer().layer(served);
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..100 {
        call(&mut called, any_call(&mut random)).await;
    }
    let warm = series(&telemetry);
    for _ in 0..CALLS {
        call(&mut called, any_call(&mut random)).await;
    }
    assert_eq!(series(&telemetry), warm);
    assert!(warm > 0);
    let metrics = ServerMetrics::global();
    let all = captured.histogram_of(&metrics.call_duration);
    assert_eq!(all.count(), 10_100);
    let none = Answered {
        method: OTHER,
        status: StatusCode::Unimplemented,
        error: Some(ErrorType::Status).into(),
        system: System::Grpc,
    };
    assert!(metrics.call_duration.snapshot(none).count() > 5_000);
}

#[tokio::test]
async fn calls_cancelled_at_once_make_no_series() {
    let captured = testing::capture();
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let telemetry = telemetry();
    let mut served = server_layer().layer(Routes::new(Stock).prepare());
    let mut random = fastrand::Rng::with_seed(13);
    let mut give_up = |calls| {
        for _ in 0..calls {
            drop(served.call(any_call(&mut random)));
        }
    };
    give_up(1);
    let warm = series(&telemetry);
    give_up(CALLS);
    assert_eq!(series(&telemetry), warm);
    let metrics = ServerMetrics::global();
    let all = captured.histogram_of(&metrics.call_duration);
    assert_eq!(all.count(), 10_001);
    assert_eq!(metrics.active_requests.value(), 0.0);
}

#[tokio::test]
async fn rejection_before_routing_needs_declared_methods() {
    let _captured = testing::capture();
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let telemetry = telemetry();
    let guard = service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(Status::unauthenticated("who are you?").into_http::<Body>())
    });
    let mut served = server_layer().methods([RESERVE]).layer(guard);
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..100 {
        call(&mut served, any_call(&mut random)).await;
    }
    let warm = series(&telemetry);
    for _ in 0..CALLS {
        call(&mut served, any_call(&mut random)).await;
    }
    assert_eq!(series(&telemetry), warm);
}

#[tokio::test]
async fn unknown_method_does_not_name_the_span() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let call = client.unary(text("x"), path("shop.Stock/Steal"), Text);
    call.await.unwrap_err();
    crate::grpc::recorded::until_idle().await;
    for kind in [SpanKind::Server, SpanKind::Client] {
        let span = recorded.span(&kind);
        assert_eq!(span.name, "grpc");
        assert_eq!(attribute(&span, "rpc.method"), "_OTHER");
        let original = attribute(&span, "rpc.method_original");
        assert_eq!(original, "shop.Stock/Steal");
        assert_eq!(attribute(&span, "error.type"), "UNIMPLEMENTED");
    }
}

#[tokio::test]
async fn excluded_services_record_nothing() {
    let recorded = record();
    let layer = server_layer().excluded_services(["shop.Stock"]);
    let address = crate::grpc::shop::serve_behind(layer, None).await;
    let mut client = crate::grpc::shop::plain(address).await;
    let answer = client.unary(text("echo x"), path(RESERVE), Text).await;
    assert!(!answer.unwrap().metadata().contains_key("x-request-id"));
    let metrics = ServerMetrics::global();
    let duration = recorded.captured.histogram_of(&metrics.call_duration);
    assert_eq!(duration.count(), 0);
    assert!(recorded.kept.spans().is_empty());
}
