//! Server and client layers over HTTP/2: clients of hyper and reqwest, and reset streams.

use std::{convert::Infallible, net::SocketAddr};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use futures_util::stream;
use glyph_runtime::{
    context::{Baggage, baggage},
    http::{
        ClientLayer, ClientMetrics, ErrorType, Method, ServerLayer, ServerMetrics, StatusClass,
        client::labels::Answered as Called,
        server::labels::{Active, Answered, Failed},
    },
    testing,
};
use glyph_tests::wait;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use opentelemetry::trace::SpanKind;
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::http::kept::{attribute, keep};

async fn endless() -> Body {
    let items = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![b'x'; 65536])));
    Body::from_stream(items)
}

fn router() -> Router {
    Router::new()
        .route("/endless", get(endless))
        .route(
            "/tenant",
            get(async || baggage("tenant").unwrap_or_default()),
        )
        .layer(ServerLayer::new(ServerMetrics::global()))
}

/// Serves HTTP/2 without an upgrade.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(router());
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    address
}

fn layer() -> ClientLayer {
    ClientLayer::new(ClientMetrics::global())
}

fn called() -> u64 {
    let called = Called {
        method: Method::Get,
        peer: "127.0.0.1",
        status: StatusClass::Success,
    };
    ClientMetrics::global()
        .request_duration
        .snapshot(called)
        .count()
}

fn active() -> f64 {
    let method = Method::Get;
    ServerMetrics::global()
        .active_requests
        .value(Active { method })
}

#[tokio::test]
async fn hyper_client_propagates_trace_and_baggage() {
    let _captured = testing::capture();
    let kept = keep();
    let address = serve().await;
    let hyper = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http::<Full<Bytes>>();
    let client = ServiceBuilder::new().layer(layer()).service(hyper);
    let asked = Request::get(format!("http://{address}/tenant"))
        .body(Full::default())
        .unwrap();
    let tenant = Baggage::default()
        .try_with("tenant", "ibex, north")
        .unwrap();
    let answer = tenant.scope(client.oneshot(asked)).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "ibex, north");

    let spans = kept.spans();
    let of = |kind: SpanKind| spans.iter().find(|span| span.span_kind == kind).unwrap();
    let (call, served) = (of(SpanKind::Client), of(SpanKind::Server));
    assert_eq!(spans.len(), 2);
    assert_eq!(served.parent_span_id, call.span_context.span_id());
    assert_eq!(attribute(served, "network.protocol.version"), "2");
    assert_eq!(attribute(call, "http.response.body.size"), "11");
    assert_eq!((called(), active()), (1, 0.0));
}

#[tokio::test]
async fn reqwest_call_is_counted_at_the_end_of_its_body() {
    let _captured = testing::capture();
    let kept = keep();
    let address = serve().await;
    let reqwest = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let send = service_fn(|request: Request<reqwest::Body>| async {
        let answer = reqwest.execute(request.try_into()?).await?;
        Ok::<_, reqwest::Error>(Response::<reqwest::Body>::from(answer))
    });
    let client = ServiceBuilder::new().layer(layer()).service(send);
    let asked = Request::get(format!("http://{address}/tenant"))
        .body(reqwest::Body::default())
        .unwrap();
    let answer = client.oneshot(asked).await.unwrap();
    answer.into_body().collect().await.unwrap();
    assert_eq!((called(), active()), (1, 0.0));
    assert_eq!(kept.spans().len(), 2);
}

#[tokio::test]
async fn reset_stream_is_cancelled_on_both_sides() {
    let _captured = testing::capture();
    let kept = keep();
    let address = serve().await;
    let hyper = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http::<Full<Bytes>>();
    let client = ServiceBuilder::new().layer(layer()).service(hyper);
    let asked = Request::get(format!("http://{address}/endless"))
        .body(Full::default())
        .unwrap();
    let mut body = client.oneshot(asked).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(active(), 1.0);
    drop(body);
    wait::until_async("no request is active", || active() == 0.0).await;
    let metrics = ServerMetrics::global();
    let (method, route) = (Method::Get, "/endless");
    let (status, error) = (StatusClass::Success, ErrorType::Cancelled);
    let answered = Answered {
        method,
        route,
        status,
    };
    let failed = Failed {
        method,
        route,
        error,
    };
    assert_eq!(metrics.request_duration.snapshot(answered).count(), 1);
    assert_eq!(metrics.errors.value(failed), 1);
    assert_eq!(called(), 1);
    let spans = kept.spans();
    assert_eq!(spans.len(), 2);
    for span in spans {
        assert_eq!(attribute(&span, "error.type"), "cancelled");
    }
}
