//! Custom metrics of two systems, whose names, labels and spans differ from the conventions.

use axum::{Router, routing::get};
use glyph_runtime::{
    Catalog, Counter, Gauge, Histogram, LabelSet, Outcome, Status,
    http::{
        CallEnd, Method, Route, ServerLayer, ServerMetrics, ServerRecorder, ServerRequest,
        StatusCode,
    },
    metric_catalog, testing,
};

use crate::http::{
    kept::keep,
    wire::{self, serve},
};

#[derive(LabelSet)]
pub(crate) struct VoiceRequest<'a> {
    method: Method,
    #[label(max = 64)]
    path: &'a str,
}

#[metric_catalog(namespace = "glyphoxa")]
pub(crate) struct VoiceMetrics {
    /// HTTP request processing time.
    #[metric(name = "http.request.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
    pub(crate) duration: Histogram<VoiceRequest<'_>>,
}

impl ServerRecorder for VoiceMetrics {
    fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd) {
        let ServerRequest { method, route, .. } = *request;
        self.duration.observe(
            VoiceRequest {
                method,
                path: route,
            },
            end.duration,
        );
    }
}

#[derive(LabelSet)]
pub(crate) struct ProxyRequest<'a> {
    method: Method,
    #[label(max = 64)]
    route_template: &'a str,
    code: StatusCode,
    status: Status,
}

#[derive(LabelSet)]
pub(crate) struct ProxyRoute<'a> {
    method: Method,
    #[label(max = 64)]
    route_template: &'a str,
}

#[metric_catalog(namespace = "ibex_proxy", max_series = 100_000)]
pub(crate) struct ProxyMetrics {
    /// Time a request takes.
    #[metric(unit = seconds, buckets = [1ms, 20ms, 5s])]
    pub(crate) request_duration: Histogram<ProxyRoute<'_>>,
    /// Requests.
    #[metric(sparse)]
    pub(crate) requests: Counter<ProxyRequest<'_>>,
    /// Requests under way.
    pub(crate) active_requests: Gauge,
}

impl ServerRecorder for ProxyMetrics {
    fn started(&self, _: &ServerRequest<'_>) {
        self.active_requests.inc();
    }

    fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd) {
        self.active_requests.dec();
        let (method, route_template) = (request.method, request.route);
        let labels = ProxyRoute {
            method,
            route_template,
        };
        self.request_duration.observe(labels, end.duration);
        let code = end.status_code();
        let status = if end.outcome() == Outcome::Ok {
            Status::Ok
        } else {
            Status::Error
        };
        self.requests.inc(ProxyRequest {
            method,
            route_template,
            code,
            status,
        });
    }
}

#[metric_catalog(namespace = "nesting")]
pub(crate) struct Nesting {
    #[catalog]
    pub(crate) http: ServerMetrics,
}

#[tokio::test]
async fn voice_spans_and_metrics_have_their_names() {
    let captured = testing::capture();
    let kept = keep();
    let layer = ServerLayer::new(VoiceMetrics::global())
        .span_name(|request| format!("HTTP {} {}", request.method.as_str(), request.route));
    let router = Router::new()
        .route("/api/v1/npcs/{id}", get(|| async {}))
        .layer(layer);
    wire::get(serve(router).await, "/api/v1/npcs/7").await;

    assert_eq!(kept.span().name, "HTTP GET /api/v1/npcs/{id}");
    let series = captured.histogram_of(&VoiceMetrics::global().duration);
    assert_eq!(
        series
            .with(Method::Get)
            .with_label("path", "/api/v1/npcs/{id}")
            .count(),
        1
    );
    assert_eq!(
        VoiceMetrics::DESCRIPTOR.metrics[0].name,
        "glyphoxa_http_request_duration_seconds"
    );
}

#[tokio::test]
async fn proxy_routes_come_from_a_user_function() {
    let captured = testing::capture();
    let kept = keep();
    let layer = ServerLayer::new(ProxyMetrics::global()).route(|request| {
        let path = request.uri.path();
        path.starts_with("/v1/").then(|| Route::from("/v1/{rest}"))
    });
    let router = Router::new().fallback(|| async {}).layer(layer);
    wire::get(serve(router).await, "/v1/chat/0192").await;

    assert_eq!(kept.span().name, "GET /v1/{rest}");
    let metrics = ProxyMetrics::global();
    let labels = ProxyRequest {
        method: Method::Get,
        route_template: "/v1/{rest}",
        code: Some(http::StatusCode::OK).into(),
        status: Status::Ok,
    };
    assert_eq!(metrics.requests.value(labels), 1);
    assert_eq!(metrics.active_requests.value(), 0.0);
    assert_eq!(captured.histogram_of(&metrics.request_duration).count(), 1);
    assert_eq!(
        ProxyMetrics::DESCRIPTOR.metrics[0].name,
        "ibex_proxy_request_duration_seconds"
    );
}

#[tokio::test]
async fn nested_catalog_is_a_recorder() {
    let captured = testing::capture();
    let http = Nesting::global().http;
    let router = Router::new()
        .route("/", get(|| async {}))
        .layer(ServerLayer::new(http));
    wire::get(serve(router).await, "/").await;
    assert_eq!(captured.histogram_of(&http.request_duration).count(), 1);
}
