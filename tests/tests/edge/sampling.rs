//! The lines of services are the same, whether their traces are sampled, not sampled, or not there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::Path,
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use glyph_runtime::{
    Histogram, context,
    http::{ClientLayer, ClientMetrics, ServerLayer, ServerMetrics},
    instrument_stage, metric_catalog, trace,
};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use opentelemetry_sdk::trace::Sampler;
use serde_json::{Map, Value};
use tower::{ServiceBuilder, ServiceExt};
use tracing::{Instrument, info, info_span};

use crate::{
    grpc::shop::{self, RESERVE, Text},
    http::kept::{Kept, keep_records, keep_sampled, keep_untraced},
};
use glyph_tests::wait;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[metric_catalog(namespace = "sampled_edges", stages = stage)]
pub(crate) struct Metrics {
    /// Latency of an order.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(order)]
    pub(crate) order: Histogram,
}

#[instrument_stage(stage::order, fields(order = id))]
async fn order(id: u32, stock: SocketAddr, prices: SocketAddr) -> String {
    info!("in the stage of the handler");
    let task = async { info!("in a task") }.instrument(info_span!("task", task = 1));
    context::spawn(task).await.unwrap();
    let mut client = shop::measured(stock).await;
    let reserved = client.unary(shop::text("echo x"), shop::path(RESERVE), Text);
    reserved.await.unwrap().into_inner() + &price(prices).await
}

/// Calls the service of prices through the client layer.
async fn price(prices: SocketAddr) -> String {
    let hyper = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let layer = ClientLayer::new(ClientMetrics::global());
    let client = ServiceBuilder::new().layer(layer).service(hyper);
    let asked = Request::get(format!("http://{prices}/prices")).body(Full::default());
    let answer = client.oneshot(asked.unwrap()).await.unwrap();
    let frames = BodyExt::collect(answer.into_body())
        .instrument(info_span!("reading"))
        .await;
    String::from_utf8(frames.unwrap().to_bytes().to_vec()).unwrap()
}

fn prices() -> Router {
    let handler = || async {
        info!("in the service of prices");
        let frames = stream::iter(["1", "2"]).map(|frame| {
            info!(frame, "in the body");
            Ok::<_, std::convert::Infallible>(frame)
        });
        Body::from_stream(frames)
    };
    Router::new()
        .route("/prices", get(handler))
        .layer(ServerLayer::new(ServerMetrics::global()))
}

/// The span of a middleware, which is over when the body of the response is read.
async fn in_span_of_tenant(request: axum::extract::Request, next: Next) -> Response {
    let span = info_span!("tenant", tenant = "acme");
    next.run(request).instrument(span).await
}

fn orders(stock: SocketAddr, prices: SocketAddr) -> Router {
    let handler = move |Path(id): Path<u32>| async move {
        info!("in the handler");
        order(id, stock, prices).await
    };
    Router::new()
        .route("/orders/{id}", get(handler))
        .layer(ServerLayer::new(ServerMetrics::global()))
        .layer(middleware::from_fn(in_span_of_tenant))
}

/// The lines of one request: seven of the code, and one of each service about its call.
const LINES: usize = 10;

/// Sends one request through the three services.
pub(crate) async fn ask(traceparent: Option<&str>) {
    let [stock, prices] = [
        shop::serve().await,
        crate::http::wire::serve(prices()).await,
    ];
    let address = crate::http::wire::serve(orders(stock, prices)).await;
    let mut asked = crate::http::wire::request("GET", "/orders/7");
    let headers = asked.headers_mut();
    headers.insert("x-request-id", "r-1".parse().unwrap());
    if let Some(parent) = traceparent {
        headers.insert("traceparent", parent.parse().unwrap());
    }
    let answer = crate::http::wire::send(address, asked).await;
    assert_eq!(answer.body(), "x12");
}

/// Returns the lines of one request to the three services.
async fn lines(kept: Kept, traceparent: Option<&str>) -> Vec<Value> {
    ask(traceparent).await;
    wait::until_async("all lines are written", || kept.line_count() == LINES).await;
    kept.lines()
}

/// Returns the lines without ids and times, and without values that differ between two requests.
fn fields(lines: Vec<Value>) -> Vec<Map<String, Value>> {
    let mut lines: Vec<_> = lines.into_iter().map(fields_of).collect();
    lines.sort_by_key(|line| Value::from(line.clone()).to_string());
    lines
}

fn fields_of(line: Value) -> Map<String, Value> {
    let Value::Object(mut line) = line else {
        panic!("{line} is no object");
    };
    for name in ["timestamp", "trace_id", "span_id"] {
        line.remove(name);
    }
    for (name, value) in &mut line {
        let differs = name.ends_with("port") || name.contains("duration") || name == "url.full";
        if differs {
            *value = Value::Null;
        }
    }
    line
}

async fn assert_same(name: &str, kept: Kept, parent: Option<&str>, expected: &[Value]) {
    let found = lines(kept, parent).await;
    let without = found.iter().filter(|line| line["trace_id"].is_null());
    assert_eq!(without.count(), 0, "{name}: a line without a trace");
    let [found, expected] = [found, expected.to_vec()].map(fields);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found.len(), expected.len(), "{name}");
}

fn parent_based(root: Sampler) -> Sampler {
    Sampler::ParentBased(Box::new(root))
}

#[tokio::test]
async fn sampling_changes_no_line_of_services() {
    let expected = lines(keep_untraced(), None).await;
    assert!(Metrics::global().order.snapshot().count() > 0);
    let messages: Vec<_> = expected
        .iter()
        .map(|line| line["message"].to_string())
        .collect();
    assert!(expected.len() >= 10, "{messages:?}");
    let of_tenant = expected.iter().filter(|line| line["tenant"] == "acme");
    assert!(of_tenant.count() > 1, "{expected:?}");
    for line in &expected {
        assert!(line.get("http.request.method").is_some() || line.get("rpc.method").is_some());
    }
    let runs = [
        ("always on", Sampler::AlwaysOn),
        ("always off", Sampler::AlwaysOff),
        ("1 %", Sampler::TraceIdRatioBased(0.01)),
    ];
    for (name, root) in runs {
        assert_same(name, keep_sampled(parent_based(root)), None, &expected).await;
    }
}

#[tokio::test]
async fn records_change_no_line_of_services() {
    let expected = lines(keep_untraced(), None).await;
    let runs = [
        ("all", trace::Sampler::AlwaysOn),
        ("none", trace::Sampler::AlwaysOff),
        ("half", trace::Sampler::TraceIdRatio(0.5)),
    ];
    for (name, root) in runs {
        let kept = keep_records(trace::Sampler::parent_based(root));
        assert_same(name, kept, None, &expected).await;
    }
    for flags in ["01", "00"] {
        let parent = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
        let kept = keep_records(trace::Sampler::parent_based(trace::Sampler::AlwaysOn));
        assert_same(flags, kept, Some(&parent), &expected).await;
    }
}

#[tokio::test]
async fn sampling_of_the_caller_changes_no_line_of_services() {
    let expected = lines(keep_untraced(), None).await;
    for flags in ["01", "00"] {
        let parent = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
        let kept = keep_sampled(parent_based(Sampler::AlwaysOn));
        assert_same(flags, kept, Some(&parent), &expected).await;
    }
}
