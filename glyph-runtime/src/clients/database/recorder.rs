//! Receives the measurements of a client.

use super::{CallEnd, System};

/// The parts of a call that can be labels. A part that is not known is empty.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientOperation<'a> {
    /// The system.
    pub system: System,
    /// The database in the system.
    pub namespace: &'a str,
    /// The operation, such as `SELECT` or `HGET`.
    pub name: &'a str,
    /// The table or collection.
    pub collection: &'a str,
    /// The host of the database.
    pub server_address: &'a str,
}

/// Receives the measurements of a client. [`ClientMetrics`](super::ClientMetrics) implements it; a
/// catalog of the program can, with other labels and limits.
///
/// Each call that starts ends once, whatever happens to it.
pub trait ClientRecorder: Send + Sync + 'static {
    /// A call has started. [`ended`](Self::ended) follows.
    fn started(&self, operation: &ClientOperation<'_>) {
        let _ = operation;
    }

    /// A call has ended. Its span is current.
    fn ended(&self, operation: &ClientOperation<'_>, end: &CallEnd<'_>);
}
