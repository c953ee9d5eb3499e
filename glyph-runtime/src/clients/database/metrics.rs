//! Metrics of database clients and connection pools, with the names of OpenTelemetry.

use super::{
    CallEnd, ClientOperation, ClientRecorder,
    labels::{Connections, Operations, Pools},
};
use crate::{Counter, Gauge, Histogram, metric_catalog};

/// Metrics of database clients, to be nested in a catalog: `#[catalog] database: ClientMetrics`.
/// Series are absent until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `db_client_operation_duration_seconds` | `db_system_name`, `db_namespace`, `db_operation_name`, `db_collection_name`, `server_address`, `error_type` |
///
/// `error_type` is the error type of the [`Failure`](super::Failure), `cancelled` or `panic`. A
/// label is empty if the call did not fail, or the part is not known. The first 16 operations, 32
/// collections and 16 error types get separate series, and the first 3 systems, namespaces and
/// hosts. All others share `other`. A program that needs more implements
/// [`ClientRecorder`] for its own catalog.
#[metric_catalog(namespace = "db.client", max_series = 8_000_000, crate = crate)]
pub struct ClientMetrics {
    /// Duration of database client operations.
    #[metric(name = "operation.duration", unit = seconds, sparse, buckets = [1ms, 5ms, 10ms, 50ms, 100ms, 500ms, 1s, 5s, 10s])]
    pub operation_duration: Histogram<Operations<'_>>,
}

impl ClientRecorder for ClientMetrics {
    fn ended(&self, operation: &ClientOperation<'_>, end: &CallEnd<'_>) {
        let labels = Operations {
            system: operation.system.as_str(),
            namespace: operation.namespace,
            operation: operation.name,
            collection: operation.collection,
            server_address: operation.server_address,
            error_type: end.error_type,
        };
        self.operation_duration.observe(labels, end.duration);
    }
}

/// Metrics of connection pools, to be nested in a catalog: `#[catalog] pools: PoolMetrics`. Series
/// are absent until they are recorded. [`Pool`](super::Pool) records them.
///
/// | metric | labels |
/// |---|---|
/// | `db_client_connection_count` | pool, `db_client_connection_state`: `idle` or `used` |
/// | `db_client_connection_max` | pool |
/// | `db_client_connection_idle_max` | pool |
/// | `db_client_connection_idle_min` | pool |
/// | `db_client_connection_pending_requests` | pool |
/// | `db_client_connection_timeouts_total` | pool |
/// | `db_client_connection_create_time_seconds` | pool |
/// | `db_client_connection_wait_time_seconds` | pool |
/// | `db_client_connection_use_time_seconds` | pool |
///
/// The label of the pool is `db_client_connection_pool_name`. The first 8 pools get separate
/// series, all others share `other`. The conventions name no bucket bounds here; these are those of
/// `db_client_operation_duration_seconds`.
#[metric_catalog(namespace = "db.client.connection", crate = crate)]
pub struct PoolMetrics {
    /// Connections in a state.
    #[metric(sparse)]
    pub count: Gauge<Connections<'_>>,

    /// Maximum number of open connections.
    #[metric(sparse)]
    pub max: Gauge<Pools<'_>>,

    /// Maximum number of idle connections.
    #[metric(name = "idle.max", sparse)]
    pub idle_max: Gauge<Pools<'_>>,

    /// Minimum number of idle connections.
    #[metric(name = "idle.min", sparse)]
    pub idle_min: Gauge<Pools<'_>>,

    /// Requests that wait for a connection.
    #[metric(sparse)]
    pub pending_requests: Gauge<Pools<'_>>,

    /// Timeouts of requests for a connection.
    #[metric(sparse)]
    pub timeouts: Counter<Pools<'_>>,

    /// Time to create a connection.
    #[metric(unit = seconds, sparse, buckets = [1ms, 5ms, 10ms, 50ms, 100ms, 500ms, 1s, 5s, 10s])]
    pub create_time: Histogram<Pools<'_>>,

    /// Time to obtain a connection from the pool.
    #[metric(unit = seconds, sparse, buckets = [1ms, 5ms, 10ms, 50ms, 100ms, 500ms, 1s, 5s, 10s])]
    pub wait_time: Histogram<Pools<'_>>,

    /// Time between borrowing a connection and returning it.
    #[metric(unit = seconds, sparse, buckets = [1ms, 5ms, 10ms, 50ms, 100ms, 500ms, 1s, 5s, 10s])]
    pub use_time: Histogram<Pools<'_>>,
}
