//! Metrics of gRPC servers, with the names of OpenTelemetry.

use super::{
    ServerCall, ServerRecorder,
    labels::{Answered, Failed},
};
use crate::{
    Counter, Gauge, Histogram,
    grpc::{CallEnd, System},
    metric_catalog,
};

/// Metrics of a gRPC server, to be nested in a catalog: `#[catalog] grpc: ServerMetrics`.
///
/// Names, labels and bucket bounds are OpenTelemetry's (semantic conventions, "RPC metrics"), which
/// do not have the last two metrics. The first 128 methods get separate series, all others share
/// `other`. Series are absent until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `rpc_server_call_duration_seconds` | `rpc_system_name`, `rpc_method`, `rpc_status_code`, `error_type` |
/// | `rpc_server_errors_total` | `rpc_system_name`, `rpc_method`, `error_type`: see [`ErrorType`] |
/// | `rpc_server_active_requests` | |
///
/// `rpc_method` is `package.Service/Method`, or `_OTHER`. `error_type` is empty if the call did not
/// fail. `rpc_system_name` is `grpc`.
///
/// [`ErrorType`]: crate::grpc::ErrorType
#[metric_catalog(namespace = "rpc.server", max_series = 400_000, crate = crate)]
pub struct ServerMetrics {
    /// Duration of gRPC calls, until the status.
    #[metric(name = "call.duration", unit = seconds, sparse, buckets = [5ms, 10ms, 25ms, 50ms, 75ms, 100ms, 250ms, 500ms, 750ms, 1s, 2.5s, 5s, 7.5s, 10s])]
    pub call_duration: Histogram<Answered<'_>>,

    /// gRPC calls that failed.
    #[metric(sparse)]
    pub errors: Counter<Failed<'_>>,

    /// Active gRPC calls.
    pub active_requests: Gauge,
}

impl ServerRecorder for ServerMetrics {
    fn started(&self) {
        self.active_requests.inc();
    }

    fn ended(&self, call: &ServerCall<'_>, end: &CallEnd) {
        let method = call.name;
        let system = System::Grpc;
        self.active_requests.dec();
        let labels = Answered {
            method,
            status: end.status,
            error: end.error.into(),
            system,
        };
        self.call_duration.observe(labels, end.duration);
        if let Some(error) = end.error {
            let labels = Failed {
                method,
                error,
                system,
            };
            self.errors.inc(labels);
        }
    }
}
