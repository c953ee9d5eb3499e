//! Metrics of HTTP servers, with the names of OpenTelemetry.

use super::{
    ServerRecorder, ServerRequest,
    labels::{Active, Answered, Endpoint, Failed, Request},
};
use crate::{Counter, Gauge, Histogram, http::CallEnd, metric_catalog};

/// Metrics of an HTTP server, to be nested in a catalog: `#[catalog] http: ServerMetrics`.
///
/// Names, units and bucket bounds are OpenTelemetry's (semantic conventions, "HTTP metrics"). The
/// histogram has the class of the status in place of the status, which the counter has. Series are
/// absent until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `http_server_request_duration_seconds` | method, route, class of the status |
/// | `http_server_requests_total` | method, route, status |
/// | `http_server_errors_total` | method, route, `error_type`: see [`ErrorType`] |
/// | `http_server_active_requests` | method |
/// | `http_server_request_body_size_bytes` | method, route |
/// | `http_server_response_body_size_bytes` | method, route |
///
/// [`ErrorType`]: crate::http::ErrorType
#[metric_catalog(namespace = "http.server", max_series = 400_000, crate = crate)]
pub struct ServerMetrics {
    /// Duration of HTTP requests, until the response body ends.
    #[metric(name = "request.duration", unit = seconds, sparse)]
    pub request_duration: Histogram<Answered<'_>>,

    /// Completed HTTP requests.
    #[metric(sparse)]
    pub requests: Counter<Request<'_>>,

    /// HTTP requests that failed.
    #[metric(sparse)]
    pub errors: Counter<Failed<'_>>,

    /// Active HTTP requests.
    pub active_requests: Gauge<Active>,

    /// HTTP request body size, as read by the server.
    #[metric(name = "request.body.size", unit = bytes, sparse, buckets = [0, 1KiB, 16KiB, 128KiB, 1MiB, 16MiB, 128MiB])]
    pub request_body_size: Histogram<Endpoint<'_>>,

    /// HTTP response body size.
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
