//! The attributes of spans: those of OpenTelemetry's conventions, and no others.

use std::net::SocketAddr;

use axum::{Router, routing::get};
use bytes::Bytes;
use glyph_runtime::http::{ClientLayer, ClientMetrics, ServerLayer, ServerMetrics, UrlTemplate};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use opentelemetry::trace::SpanKind;
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt};
use tracing::error;

use crate::http::kept::keep;

/// OpenTelemetry semantic conventions 1.45.0, "HTTP server span", without those that this request
/// has no reason for. The sizes are opt-in.
const SERVER: [&str; 13] = [
    "client.address",
    "http.request.method",
    "http.response.body.size",
    "http.response.status_code",
    "http.route",
    "network.peer.address",
    "network.peer.port",
    "network.protocol.version",
    "server.address",
    "server.port",
    "url.path",
    "url.scheme",
    "user_agent.original",
];

/// "HTTP client span".
const CLIENT: [&str; 10] = [
    "http.request.method",
    "http.response.body.size",
    "http.response.status_code",
    "network.peer.address",
    "network.peer.port",
    "network.protocol.version",
    "server.address",
    "server.port",
    "url.full",
    "url.template",
];

#[tokio::test]
async fn spans_have_the_attributes_of_the_conventions_and_one_event_for_each_of_the_program() {
    let kept = keep();
    let handler = || async {
        error!("a remark");
        "sword"
    };
    let routes = Router::new()
        .route("/users/{id}", get(handler))
        .layer(ServerLayer::new(ServerMetrics::global()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let asked = Request::get(format!("http://{address}/users/7"))
        .header("user-agent", "shop/1.0")
        .extension(UrlTemplate("/users/{id}"))
        .body(Full::<Bytes>::default())
        .unwrap();
    let client = ServiceBuilder::new()
        .layer(ClientLayer::new(ClientMetrics::global()))
        .service(Client::builder(TokioExecutor::new()).build_http());
    let response = client.oneshot(asked).await.unwrap();
    response.into_body().collect().await.unwrap();
    let spans = kept.spans();
    for (kind, expected) in [
        (SpanKind::Server, &SERVER[..]),
        (SpanKind::Client, &CLIENT[..]),
    ] {
        let span = spans.iter().find(|span| span.span_kind == kind).unwrap();
        let mut names: Vec<_> = span
            .attributes
            .iter()
            .map(|pair| pair.key.as_str())
            .collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{kind:?}");
        assert_eq!(span.instrumentation_scope.name(), "glyph_runtime");
        assert!(span.instrumentation_scope.version().is_some());
        let remarks = usize::from(kind == SpanKind::Server);
        assert_eq!(span.events.len(), remarks, "{:?}", span.events);
    }
}
