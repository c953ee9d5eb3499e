//! Metrics of gRPC clients, with the names of OpenTelemetry.

use super::{
    ClientCall, ClientRecorder,
    labels::{Answered, Failed},
};
use crate::{
    Counter, Gauge, Histogram,
    grpc::{CallEnd, System},
    metric_catalog,
};

/// Metrics of a gRPC client, to be nested in a catalog: `#[catalog] client: ClientMetrics`.
///
/// Names, labels and bucket bounds are OpenTelemetry's (semantic conventions, "RPC metrics"), which
/// do not have the last two metrics. The first 64 methods and the first 8 hosts get separate
/// series, all others share `other`.
///
/// | metric | labels |
/// |---|---|
/// | `rpc_client_call_duration_seconds` | `rpc_system_name`, `rpc_method`, `server_address`, `rpc_status_code`, `error_type` |
/// | `rpc_client_errors_total` | `rpc_system_name`, `rpc_method`, `server_address`, `error_type`: see [`ErrorType`] |
/// | `rpc_client_active_requests` | |
///
/// `rpc_method` is `package.Service/Method`, or `_OTHER`. `error_type` is empty if the call did not
/// fail. `rpc_system_name` is `grpc`.
///
/// [`ErrorType`]: crate::grpc::ErrorType
#[metric_catalog(namespace = "rpc.client", max_series = 1_500_000, crate = crate)]
pub struct ClientMetrics {
    /// Duration of outgoing gRPC calls, until the status.
    #[metric(name = "call.duration", unit = seconds, sparse, buckets = [5ms, 10ms, 25ms, 50ms, 75ms, 100ms, 250ms, 500ms, 750ms, 1s, 2.5s, 5s, 7.5s, 10s])]
    pub call_duration: Histogram<Answered<'_>>,

    /// Outgoing gRPC calls that failed.
    #[metric(sparse)]
    pub errors: Counter<Failed<'_>>,

    /// Active outgoing gRPC calls.
    pub active_requests: Gauge,
}

impl ClientRecorder for ClientMetrics {
    fn started(&self) {
        self.active_requests.inc();
    }

    fn ended(&self, call: &ClientCall<'_>, end: &CallEnd) {
        let (method, peer) = (call.name, call.peer);
        let system = System::Grpc;
        self.active_requests.dec();
        let labels = Answered {
            method,
            peer,
            status: end.status,
            error: end.error.into(),
            system,
        };
        self.call_duration.observe(labels, end.duration);
        let failed = end.error.map(|error| Failed {
            method,
            peer,
            error,
            system,
        });
        if let Some(labels) = failed {
            self.errors.inc(labels);
        }
    }
}
