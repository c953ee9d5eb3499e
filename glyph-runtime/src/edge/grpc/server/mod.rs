//! gRPC servers: the parts of [`ServerLayer`] and the label sets of [`ServerMetrics`].
//!
//! ```
//! use glyph_runtime::grpc::server::{ServerLayer, ServerMetrics};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let layer = ServerLayer::new(ServerMetrics::global()).try_ids(["org_id"])?;
//! # drop(layer);
//! # Ok(())
//! # }
//! ```

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
