//! All metrics, and the data that can never be a label.

use glyph_runtime::artifacts::Artifacts;
use glyph_runtime::http::{
    CallEnd, ClientRecorder, ClientRequest, ErrorType, Method, ServerRecorder, ServerRequest,
    StatusClass, StatusCode,
};
use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, Label, LabelSet, database, grpc, metric_catalog,
};

/// Bucket bounds, in seconds, around the 20 ms that the proxy may add.
const OVERHEAD: [f64; 12] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// The metrics of both services. Data of one customer or one request is in log lines and spans; as
/// a label it does not compile.
#[metric_catalog(
    namespace = "ibex",
    max_series = 60_000,
    forbid_labels(org_id, user_id, request_id, trace_id, token)
)]
pub(crate) struct Metrics {
    #[catalog]
    pub(crate) proxy: ProxyMetrics,
    #[catalog]
    pub(crate) auth: AuthMetrics,
    #[catalog]
    pub(crate) db: DbMetrics,
    /// The calls to Redis.
    #[catalog]
    pub(crate) redis: database::ClientMetrics,

    /// Whether the process is up: 1 or 0.
    #[metric(name = "process.up", liveness)]
    #[alert(ProcessDown, expr = "up{job=~\"ibex.*\"} == 0 or absent(ibex_process_up)", for = 2m, severity = critical,
        summary = "A service of Ibex is down", fires("up{job=\"ibex\"} 0"),
        silent("up{job=\"ibex\"} 1", "ibex_process_up{job=\"ibex\"} 1"))]
    pub(crate) process_up: Gauge,
}

#[derive(LabelSet)]
pub(crate) struct Route<'a> {
    pub(crate) method: Method,
    #[label(max = 16)]
    pub(crate) route: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Answered<'a> {
    pub(crate) method: Method,
    #[label(max = 16)]
    pub(crate) route: &'a str,
    pub(crate) status_code: StatusCode,
}

#[derive(LabelSet)]
pub(crate) struct Limited<'a> {
    #[label(max = 16)]
    pub(crate) route: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Called {
    pub(crate) status_class: StatusClass,
}

#[derive(LabelSet)]
pub(crate) struct CallFailed {
    pub(crate) error_type: ErrorType,
}

/// The metrics of the proxy.
#[metric_catalog(namespace = "ibex_proxy", max_series = 20_000)]
pub(crate) struct ProxyMetrics {
    /// Request duration, without the time of the model.
    #[metric(name = "request.duration", unit = seconds, sparse, buckets = OVERHEAD)]
    #[objective(latency = 20ms, target = 95%)]
    #[alert(ProxySlow, p99 > 1s, for = 5m, severity = warning, by(route), summary = "{route} takes more than a second")]
    pub(crate) request_duration: Histogram<Route<'_>>,

    /// Completed requests.
    #[metric(sparse)]
    pub(crate) requests: Counter<Answered<'_>>,

    /// Requests rejected by the rate limit.
    #[metric(sparse)]
    pub(crate) rate_limited: Counter<Limited<'_>>,

    /// Requests that were not limited because Redis failed.
    #[alert(RateLimitFailsOpen, rate > 0/s, for = 5m, severity = warning, summary = "Requests are not limited: Redis fails")]
    pub(crate) rate_limit_fail_open: Counter,

    /// Duration of calls to the model, up to the end of its response.
    #[metric(name = "upstream.duration", unit = seconds, buckets = [5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s, 30s])]
    pub(crate) upstream_duration: Histogram<Called>,

    /// Calls to the model that failed.
    #[alert(ModelFails, rate > 0.05/s, for = 5m, severity = warning, by(error_type), summary = "Calls to the model fail: {error_type}")]
    pub(crate) upstream_errors: Counter<CallFailed>,

    /// Calls to the model that were sent again.
    pub(crate) upstream_retries: Counter,
}

impl ServerRecorder for ProxyMetrics {
    // The middleware of the proxy observes the duration: it knows the time of the model.
    fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd) {
        let ServerRequest { method, route, .. } = *request;
        self.requests.inc(Answered {
            method,
            route,
            status_code: end.status_code(),
        });
    }
}

impl ClientRecorder for ProxyMetrics {
    fn ended(&self, _: &ClientRequest<'_>, end: &CallEnd) {
        let status_class = end.status_class();
        self.upstream_duration
            .observe(Called { status_class }, end.duration);
        if let Some(error_type) = end.error {
            self.upstream_errors.inc(CallFailed { error_type });
        }
    }
}

#[derive(LabelSet)]
pub(crate) struct Call<'a> {
    #[label(max = 8)]
    pub(crate) grpc_method: &'a str,
    pub(crate) code: grpc::StatusCode,
}

#[derive(LabelSet)]
pub(crate) struct Peer<'a> {
    #[label(max = 8)]
    pub(crate) peer: &'a str,
    pub(crate) code: grpc::StatusCode,
}

#[derive(LabelSet)]
pub(crate) struct Ended {
    pub(crate) status: CallStatus,
}

/// The metrics of the authentication service.
#[metric_catalog(namespace = "ibex_auth", stages = stage, max_series = 400)]
pub(crate) struct AuthMetrics {
    /// Token validation duration.
    #[metric(name = "validate_token.duration", unit = seconds, buckets = OVERHEAD)]
    #[stage(validate_token)]
    #[objective(latency = 10ms, target = 99%)]
    pub(crate) validate_token_duration: Histogram<Ended>,

    /// Served gRPC calls.
    #[metric(name = "grpc.requests", sparse)]
    pub(crate) grpc_requests: Counter<Call<'_>>,

    /// Outgoing gRPC calls.
    #[metric(name = "grpc.calls", sparse)]
    pub(crate) grpc_calls: Counter<Peer<'_>>,
}

impl grpc::ServerRecorder for AuthMetrics {
    fn ended(&self, call: &grpc::ServerCall<'_>, end: &grpc::CallEnd) {
        self.grpc_requests.inc(Call {
            grpc_method: call.name,
            code: end.status,
        });
    }
}

impl grpc::ClientRecorder for AuthMetrics {
    fn ended(&self, call: &grpc::ClientCall<'_>, end: &grpc::CallEnd) {
        self.grpc_calls.inc(Peer {
            peer: call.peer,
            code: end.status,
        });
    }
}

/// The queries of the database.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Query {
    FindToken,
    OrgUsage,
}

#[derive(LabelSet)]
pub(crate) struct Queried {
    pub(crate) query: Query,
    pub(crate) status: CallStatus,
}

/// The metrics of the database's clients.
#[metric_catalog(namespace = "ibex_db", stages = db)]
pub(crate) struct DbMetrics {
    /// Query duration.
    #[metric(name = "query.duration", unit = seconds, buckets = OVERHEAD)]
    #[stage(query, labels(query: Query))]
    #[alert(DatabaseSlow, p95 > 100ms, for = 5m, severity = warning, by(query), summary = "{query} takes more than 100 ms")]
    pub(crate) query_duration: Histogram<Queried>,
}

/// Returns what is generated from the catalog.
pub(crate) fn artifacts() -> Artifacts {
    Artifacts::of::<Metrics>().target_labels(["env"])
}
