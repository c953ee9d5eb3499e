//! The server's side: the parts of [`ServerLayer`] and the label sets of [`ServerMetrics`].

pub mod labels;
mod layer;
mod line;
mod metrics;
mod recorder;
mod service;
mod serving;
mod settings;
mod span;

pub use layer::ServerLayer;
pub use line::CALL_TARGET;
pub use metrics::ServerMetrics;
pub use recorder::{ServerCall, ServerRecorder};
pub use service::ServerService;
pub(super) use serving::Serving;
