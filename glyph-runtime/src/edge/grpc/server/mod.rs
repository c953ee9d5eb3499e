//! gRPC servers: the parts of [`ServerLayer`] and the label sets of [`ServerMetrics`].

mod incoming;
pub mod labels;
mod layer;
mod line;
mod metrics;
mod recorder;
mod settings;

pub(in crate::edge) use incoming::IncomingCall;
pub use layer::{ServerLayer, ServerService};
pub use line::CALL_TARGET;
pub use metrics::ServerMetrics;
pub use recorder::{ServerCall, ServerRecorder};
