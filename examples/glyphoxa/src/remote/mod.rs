//! Conversations over gRPC: a gateway calls a worker, which has the pipeline.
//!
//! A conversation is one call. Both sides stream: the gateway opens a session and then sends utterances,
//! and the worker answers each. The tenant is in the metadata.

mod client;
mod message;
mod server;

use glyph_runtime::{Counter, Gauge, metric_catalog};

pub(crate) use self::client::{Remote, Worker};
pub(crate) use self::server::serve;

const SERVICE: &str = "glyphoxa.v1.Voice";
const CONVERSE: &str = "glyphoxa.v1.Voice/Converse";

/// The metrics of a gateway besides those of the pipeline.
#[metric_catalog(namespace = "glyphoxa_gateway")]
pub(crate) struct GatewayMetrics {
    /// Whether the worker answered the last conversation: 1 or 0.
    pub(crate) worker_up: Gauge,

    /// Conversations that the worker did not answer to their end.
    pub(crate) interrupted_conversations: Counter,
}
