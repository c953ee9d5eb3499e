//! Metrics for clients that have no names of their own to keep.

use super::{
    ClientCall, ClientRecorder,
    labels::{Answered, Failed},
};
use crate::{Counter, Gauge, Histogram, grpc::CallEnd, metric_catalog};

/// What a client measures of its calls, ready to be nested: `#[catalog] client: ClientMetrics`.
///
/// Names, labels and bounds are OpenTelemetry's (semantic conventions, "RPC metrics"); the last two metrics are beside them.
/// The first 64 methods and the first 8 hosts have series of their own, others share `other`.
///
/// | metric | labels |
/// |---|---|
/// | `rpc_client_call_duration_seconds` | `rpc_method` (`package.Service/Method` or `_OTHER`), `server_address`, `rpc_response_status_code` |
/// | `rpc_client_errors_total` | `rpc_method`, `server_address`, `error_type`: see [`ErrorType`](crate::grpc::ErrorType) |
/// | `rpc_client_active_requests` | |
#[metric_catalog(namespace = "rpc.client", max_series = 200_000, crate = crate)]
pub struct ClientMetrics {
    /// Duration of gRPC calls to others, until their status.
    #[metric(name = "call.duration", unit = seconds, sparse, buckets = [5ms, 10ms, 25ms, 50ms, 75ms, 100ms, 250ms, 500ms, 750ms, 1s, 2.5s, 5s, 7.5s, 10s])]
    pub call_duration: Histogram<Answered<'_>>,

    /// gRPC calls to others that failed.
    #[metric(sparse)]
    pub errors: Counter<Failed<'_>>,

    /// gRPC calls to others under way.
    pub active_requests: Gauge,
}

impl ClientRecorder for ClientMetrics {
    fn started(&self) {
        self.active_requests.inc();
    }

    fn ended(&self, call: &ClientCall<'_>, end: &CallEnd) {
        let (method, peer) = (call.name, call.peer);
        let status = end.status;
        self.active_requests.dec();
        let labels = Answered {
            method,
            peer,
            status,
        };
        self.call_duration.observe(labels, end.duration);
        if let Some(error) = end.error {
            self.errors.inc(Failed {
                method,
                peer,
                error,
            });
        }
    }
}
