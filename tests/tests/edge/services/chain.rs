//! A request through all three services.

use std::{collections::BTreeMap, net::SocketAddr};

use bytes::Bytes;
use glyph_runtime::testing;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};

use crate::services::{
    edge, orders, stock,
    telemetry::{Left, attribute, observe},
};
use glyph_tests::receiver::attributes::hex;

/// Runs everything on this thread.
fn run<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

async fn serve() -> SocketAddr {
    edge::serve(orders::serve(stock::serve().await).await).await
}

async fn order(edge: SocketAddr, id: u32, org: &str) -> Response<Bytes> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let asked = Request::get(format!("http://{edge}/orders/{id}"))
        .header("authorization", format!("Bearer {org}"))
        .header("x-request-id", format!("order-{id}"))
        .body(Full::default())
        .unwrap();
    let (head, body) = client.request(asked).await.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

fn named<'s>(spans: &'s [Span], name: &str, kind: SpanKind) -> &'s Span {
    let mut found = spans
        .iter()
        .filter(|span| span.name == name && span.kind() == kind);
    let only = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    only
}

/// Returns the five spans of a request, from the caller to the last service.
fn path(spans: &[Span]) -> [&Span; 5] {
    [
        named(spans, "GET /orders/{id}", SpanKind::Server),
        named(spans, "GET", SpanKind::Client),
        named(spans, "GET /prices/{item}", SpanKind::Server),
        named(spans, "shop.Stock/Reserve", SpanKind::Client),
        named(spans, "shop.Stock/Reserve", SpanKind::Server),
    ]
}

/// Asserts that no label contains an id.
fn assert_no_ids(left: &Left) {
    for series in ["http_server_", "http_client_", "rpc_client_", "rpc_server_"] {
        assert!(left.page.contains(series), "{}", left.page);
    }
    for id in ["org", "order-", "request_id"] {
        let labelled = left.page.lines().filter(|line| !line.starts_with('#'));
        for line in labelled {
            assert!(!line.replace("/orders/{id}", "").contains(id), "{line}");
        }
    }
}

#[test]
fn request_has_one_trace_one_request_id_and_one_organization() {
    let _captured = testing::capture();
    let observed = observe();
    let answer = run(async { order(serve().await, 42, "org-7").await });
    assert_eq!(answer.body(), "org-7: /prices/42");
    assert_eq!(answer.headers()["x-request-id"], "order-42");
    let left = observed.end();

    assert_eq!(left.spans.len(), 5);
    let path = path(&left.spans);
    assert!(path[0].parent_span_id.is_empty());
    for pair in path.windows(2) {
        assert_eq!(pair[1].parent_span_id, pair[0].span_id, "{}", pair[1].name);
        assert_eq!(pair[1].trace_id, pair[0].trace_id);
    }
    assert_eq!(attribute(path[3], "org_id"), "org-7");
    assert_eq!(attribute(path[4], "org_id"), "org-7");
    assert_eq!(attribute(path[4], "rpc.system.name"), "grpc");

    let trace = hex(&path[0].trace_id);
    assert_eq!(answer.headers()["x-trace-id"], trace.as_str());
    let messages: Vec<_> = left.lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(
        messages,
        [
            "at the edge",
            "among the orders",
            "in the stock",
            "call completed",
            "request completed",
            "request completed"
        ]
    );
    for line in &left.lines {
        assert_eq!(line["request_id"], "order-42", "{line}");
        assert_eq!(line["trace_id"], trace.as_str(), "{line}");
    }
    for line in [&left.lines[0], &left.lines[2], &left.lines[3]] {
        assert_eq!(line["org_id"], "org-7", "{line}");
    }
    assert_no_ids(&left);
}

#[test]
fn concurrent_requests_stay_separate() {
    const REQUESTS: u32 = 50;
    let _captured = testing::capture();
    let observed = observe();
    run(async {
        let edge = serve().await;
        let asked = (0..REQUESTS).map(|id| async move {
            let org = format!("org-{id}");
            let answer = order(edge, id, &org).await;
            assert_eq!(answer.body(), format!("{org}: /prices/{id}").as_str());
        });
        futures_util::future::join_all(asked).await;
    });
    let left = observed.end();

    let mut traces = BTreeMap::<_, Vec<Span>>::new();
    for span in &left.spans {
        let trace = traces.entry(span.trace_id.clone()).or_default();
        trace.push(span.clone());
    }
    assert_eq!(traces.len(), REQUESTS as usize);
    let mut orgs = BTreeMap::new();
    for (trace, spans) in &traces {
        assert_eq!(spans.len(), 5);
        let served = path(spans)[4];
        let trace = hex(trace);
        orgs.insert(trace, attribute(served, "org_id"));
    }
    assert_eq!(left.lines.len(), 6 * REQUESTS as usize);
    for line in &left.lines {
        let org = &orgs[line["trace_id"].as_str().unwrap()];
        let number = org.strip_prefix("org-").unwrap();
        assert_eq!(line["request_id"], format!("order-{number}"), "{line}");
        if let Some(carried) = line.get("org_id") {
            assert_eq!(carried, org, "{line}");
        }
    }
    assert_no_ids(&left);
}
