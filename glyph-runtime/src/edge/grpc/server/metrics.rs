//! Metrics for servers that have no names of their own to keep.

use super::{
    ServerCall, ServerRecorder,
    labels::{Answered, Failed},
};
use crate::{Counter, Gauge, Histogram, grpc::CallEnd, metric_catalog};

/// What a server measures of its calls, ready to be nested: `#[catalog] grpc: ServerMetrics`.
///
/// Names, labels and bounds are OpenTelemetry's (semantic conventions, "RPC metrics"); the last two metrics are beside them.
/// The first 128 methods have series of their own, others share `other`. Series are absent until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `rpc_server_call_duration_seconds` | `rpc_method` (`package.Service/Method` or `_OTHER`), `rpc_response_status_code` |
/// | `rpc_server_errors_total` | `rpc_method`, `error_type`: see [`ErrorType`](crate::grpc::ErrorType) |
/// | `rpc_server_active_requests` | |
#[metric_catalog(namespace = "rpc.server", max_series = 100_000, crate = crate)]
pub struct ServerMetrics {
    /// Duration of gRPC calls, until their status.
    #[metric(name = "call.duration", unit = seconds, sparse, buckets = [5ms, 10ms, 25ms, 50ms, 75ms, 100ms, 250ms, 500ms, 750ms, 1s, 2.5s, 5s, 7.5s, 10s])]
    pub call_duration: Histogram<Answered<'_>>,

    /// gRPC calls that failed.
    #[metric(sparse)]
    pub errors: Counter<Failed<'_>>,

    /// gRPC calls under way.
    pub active_requests: Gauge,
}

impl ServerRecorder for ServerMetrics {
    fn started(&self) {
        self.active_requests.inc();
    }

    fn ended(&self, call: &ServerCall<'_>, end: &CallEnd) {
        let method = call.name;
        let status = end.status;
        self.active_requests.dec();
        self.call_duration
            .observe(Answered { method, status }, end.duration);
        if let Some(error) = end.error {
            self.errors.inc(Failed { method, error });
        }
    }
}
