//! The label sets of [`ClientMetrics`](super::ClientMetrics) and [`PoolMetrics`](super::PoolMetrics).
//!
//! ```
//! use glyph_runtime::database::{PoolMetrics, labels::Pools};
//!
//! PoolMetrics::global().timeouts.inc(Pools { pool: "orders" });
//! ```

use crate::{Label, LabelSet};

/// A call and its failure.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Operations<'a> {
    /// The system.
    #[label(name = "db_system_name", max = 3)]
    pub system: &'a str,
    /// The database in the system.
    #[label(name = "db_namespace", max = 3)]
    pub namespace: &'a str,
    /// The operation.
    #[label(name = "db_operation_name", max = 16)]
    pub operation: &'a str,
    /// The table or collection.
    #[label(name = "db_collection_name", max = 32)]
    pub collection: &'a str,
    /// The host of the database.
    #[label(name = "server_address", max = 3)]
    pub server_address: &'a str,
    /// How the call failed, if it did.
    #[label(name = "error_type", max = 16)]
    pub error_type: &'a str,
}

/// A connection pool.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Pools<'a> {
    /// The pool's name.
    #[label(name = "db_client_connection_pool_name", max = 8)]
    pub pool: &'a str,
}

/// A connection pool, and what its connections do.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Connections<'a> {
    /// The pool's name.
    #[label(name = "db_client_connection_pool_name", max = 8)]
    pub pool: &'a str,
    /// What the connections do.
    #[label(name = "db_client_connection_state")]
    pub state: ConnectionState,
}

/// What a connection does (OpenTelemetry semantic conventions, `db.client.connection.state`).
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum ConnectionState {
    /// The connection is in the pool.
    Idle,
    /// The connection is borrowed.
    Used,
}
