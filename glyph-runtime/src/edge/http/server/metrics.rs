//! Metrics for servers that have no names of their own to keep.

use super::{
    ServerRecorder, ServerRequest,
    labels::{Active, Answered, Endpoint, Failed, Request},
};
use crate::{Counter, Gauge, Histogram, http::CallEnd, metric_catalog};

/// What a server measures of its requests, ready to be nested: `#[catalog] http: ServerMetrics`.
///
/// Names, units and bounds are OpenTelemetry's (semantic conventions, "HTTP metrics"), with the class of the status in
/// the place of the status on the histogram; the counter has the status itself. Series are absent until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `http_server_request_duration_seconds` | method, route, class of the status |
/// | `http_server_requests_total` | method, route, status |
/// | `http_server_errors_total` | method, route, `error_type`: see [`ErrorType`](crate::http::ErrorType) |
/// | `http_server_active_requests` | method |
/// | `http_server_request_body_size_bytes`, `http_server_response_body_size_bytes` | method, route |
#[metric_catalog(namespace = "http.server", max_series = 400_000, crate = crate)]
pub struct ServerMetrics {
    /// Duration of HTTP requests, until the end of the response's body.
    #[metric(name = "request.duration", unit = seconds, sparse)]
    pub request_duration: Histogram<Answered<'_>>,

    /// HTTP requests that ended.
    #[metric(sparse)]
    pub requests: Counter<Request<'_>>,

    /// HTTP requests that failed.
    #[metric(sparse)]
    pub errors: Counter<Failed<'_>>,

    /// HTTP requests under way.
    pub active_requests: Gauge<Active>,

    /// Bytes that came in bodies of HTTP requests, as far as they were read.
    #[metric(name = "request.body.size", unit = bytes, sparse, buckets = [0, 1KiB, 16KiB, 128KiB, 1MiB, 16MiB, 128MiB])]
    pub request_body_size: Histogram<Endpoint<'_>>,

    /// Bytes that went in bodies of HTTP responses.
    #[metric(name = "response.body.size", unit = bytes, sparse, buckets = [0, 1KiB, 16KiB, 128KiB, 1MiB, 16MiB, 128MiB])]
    pub response_body_size: Histogram<Endpoint<'_>>,
}

impl ServerRecorder for ServerMetrics {
    fn started(&self, request: &ServerRequest<'_>) {
        let method = request.method;
        self.active_requests.inc(Active { method });
    }

    fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd) {
        let ServerRequest { method, route, .. } = *request;
        let status = end.status_class();
        self.active_requests.dec(Active { method });
        self.request_duration.observe(
            Answered {
                method,
                route,
                status,
            },
            end.duration,
        );
        let status = end.status_code();
        self.requests.inc(Request {
            method,
            route,
            status,
        });
        if let Some(error) = end.error {
            self.errors.inc(Failed {
                method,
                route,
                error,
            });
        }
        self.request_body_size
            .observe(Endpoint { method, route }, end.request_bytes);
        self.response_body_size
            .observe(Endpoint { method, route }, end.response_bytes);
    }
}
