//! Metrics of HTTP: the signaling of sessions.

use glyph_runtime::http::{CallEnd, ErrorType, Method, ServerRecorder, ServerRequest, StatusCode};
use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, Label, LabelSet, Outcome, label::SampledId,
    metric_catalog,
};

use super::Direction;

/// A label with one value, so that queries over all subsystems find the label.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Http,
}

/// HTTP requests do not belong to one model.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    None,
}

#[derive(LabelSet)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    #[label(max = 8)]
    pub(crate) route: &'a str,
    pub(crate) status_code: StatusCode,
    #[label(max = 1)]
    pub(crate) session_id: SampledId,
    pub(crate) stage: Stage,
    pub(crate) direction: Direction,
    pub(crate) status: CallStatus,
    pub(crate) model: Model,
}

#[derive(LabelSet)]
pub(crate) struct Connection<'a> {
    #[label(max = 8)]
    pub(crate) route: &'a str,
    pub(crate) stage: Stage,
    pub(crate) direction: Direction,
    #[label(max = 1)]
    pub(crate) session_id: SampledId,
    pub(crate) model: Model,
}

#[derive(LabelSet)]
pub(crate) struct Failure<'a> {
    pub(crate) method: Method,
    #[label(max = 8)]
    pub(crate) route: &'a str,
    pub(crate) error_type: ErrorType,
}

#[derive(LabelSet)]
pub(crate) struct Timeout<'a> {
    pub(crate) method: Method,
    #[label(max = 8)]
    pub(crate) route: &'a str,
}

/// The metrics of HTTP requests.
#[metric_catalog(namespace = "http", max_series = 2_000_000)]
pub(crate) struct Metrics {
    /// Total number of HTTP requests.
    #[metric(sparse)]
    pub(crate) requests: Counter<Request<'_>>,

    /// HTTP request duration in seconds.
    #[metric(name = "request.duration", unit = seconds, sparse, buckets = [5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s])]
    pub(crate) request_duration: Histogram<Request<'_>>,

    /// Number of active HTTP connections.
    #[metric(sparse)]
    pub(crate) active_connections: Gauge<Connection<'_>>,

    /// Total number of HTTP errors.
    #[metric(sparse)]
    pub(crate) errors: Counter<Failure<'_>>,

    /// Total number of HTTP timeouts.
    #[metric(sparse)]
    pub(crate) timeout: Counter<Timeout<'_>>,
}

impl ServerRecorder for Metrics {
    fn started(&self, request: &ServerRequest<'_>) {
        self.active_connections.inc(connection(request));
    }

    fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd) {
        self.active_connections.dec(connection(request));
        self.requests.inc(ended(request, end));
        self.request_duration
            .observe(ended(request, end), end.duration);
        let ServerRequest { method, route, .. } = *request;
        if let Some(error_type) = end.error {
            self.errors.inc(Failure {
                method,
                route,
                error_type,
            });
        }
        if end.outcome() == Outcome::Timeout {
            self.timeout.inc(Timeout { method, route });
        }
    }
}

fn connection<'a>(request: &ServerRequest<'a>) -> Connection<'a> {
    Connection {
        route: request.route,
        stage: Stage::Http,
        direction: Direction::Inbound,
        session_id: SampledId::OUT,
        model: Model::None,
    }
}

fn ended<'a>(request: &ServerRequest<'a>, end: &CallEnd) -> Request<'a> {
    let status = CallStatus::from(end.outcome());
    Request {
        method: request.method,
        route: request.route,
        status_code: end.status_code(),
        // The request comes before the session that it creates.
        session_id: SampledId::OUT,
        stage: Stage::Http,
        direction: Direction::Inbound,
        status,
        model: Model::None,
    }
}
