//! The server's side: the parts of [`ServerLayer`] and the label sets of [`ServerMetrics`].

pub mod labels;
mod layer;
mod line;
mod metrics;
mod recorder;
mod route;
mod service;
mod serving;
mod settings;
mod span;

pub use layer::ServerLayer;
pub use line::REQUEST_TARGET;
pub use metrics::ServerMetrics;
pub use recorder::{ServerRecorder, ServerRequest};
pub use route::{Route, UNMATCHED};
pub use service::ServerService;
pub(super) use serving::Serving;
#[cfg(feature = "grpc")]
pub(crate) use span::address;
