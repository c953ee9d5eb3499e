//! Two servers behind a gateway: the response tells one trace, the gateway's.

use std::net::SocketAddr;

use axum::{Router, body::Body, extract::Path, http::HeaderMap, routing::get};
use glyph_runtime::{
    http::{ClientLayer, ClientMetrics, ServerLayer, ServerMetrics},
    testing,
};
use http::{Request, Response};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use opentelemetry::trace::SpanKind;
use tower::{ServiceBuilder, ServiceExt};

use crate::http::{
    kept::keep,
    wire::{get as fetch, serve},
};

fn measured(router: Router) -> Router {
    router.layer(ServerLayer::new(ServerMetrics::global()))
}

/// Responds with metrics of its own in `Server-Timing`.
fn stock() -> Router {
    let handler = || async { ([("server-timing", "db;dur=53, cache;desc=\"a, b\"")], "7") };
    measured(Router::new().route("/stock", get(handler)))
}

/// Returns what another server responded, with all of its headers.
async fn forwarded(to: SocketAddr, path: &str) -> Response<Body> {
    let hyper = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let client = ServiceBuilder::new()
        .layer(ClientLayer::new(ClientMetrics::global()))
        .service(hyper);
    let asked = Request::get(format!("http://{to}{path}"));
    let answer = client.oneshot(asked.body(Body::empty()).unwrap()).await;
    answer.unwrap().map(Body::new)
}

fn orders(stock: SocketAddr) -> Router {
    let handler = move || async move {
        let mut answer = forwarded(stock, "/stock").await;
        let own = "app;dur=2".parse().unwrap();
        answer.headers_mut().append("server-timing", own);
        answer
    };
    measured(Router::new().route("/orders", get(handler)))
}

fn gateway(orders: SocketAddr) -> Router {
    let handler =
        move |Path(path): Path<String>| async move { forwarded(orders, &format!("/{path}")).await };
    measured(Router::new().route("/{path}", get(handler)))
}

fn timings(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all("server-timing").iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

#[tokio::test]
async fn response_through_a_gateway_has_one_trace_parent() {
    let _captured = testing::capture();
    let kept = keep();
    let stock = serve(stock()).await;
    let orders = serve(orders(stock)).await;
    let response = fetch(serve(gateway(orders)).await, "/orders").await;
    assert_eq!(response.body(), "7");
    let spans = kept.spans();
    let mut served = spans
        .iter()
        .filter(|span| span.span_kind == SpanKind::Server);
    let outermost = served.find(|span| !span.parent_span_is_remote).unwrap();
    let context = &outermost.span_context;
    let parent = format!("00-{}-{}-01", context.trace_id(), context.span_id());

    let timings = timings(response.headers());
    let all = timings.join(", ");
    assert_eq!(all.matches("traceparent").count(), 1, "{all}");
    let start = format!("traceparent;desc=\"{parent}\", app;dur=");
    assert!(timings.last().unwrap().starts_with(&start), "{all}");
    assert_eq!(
        timings.first(),
        Some(&"db;dur=53, cache;desc=\"a, b\""),
        "{all}"
    );
    assert_eq!(timings.get(1), Some(&"app;dur=2"), "{all}");
    assert_eq!(timings.len(), 3, "{all}");
    assert_eq!(response.headers()["traceparent"], parent.as_str());
}
