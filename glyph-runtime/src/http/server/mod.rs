//! The server's side.

mod body;
mod call;
mod ending;
mod future;
pub mod labels;
mod layer;
mod line;
mod metrics;
mod recorder;
mod response_headers;
mod route;
mod service;
mod settings;
mod span;

pub use body::{RequestBody, ResponseBody};
pub use future::ResponseFuture;
pub use layer::ServerLayer;
pub use line::REQUEST_TARGET;
pub use metrics::ServerMetrics;
pub use recorder::{ServerEnd, ServerRecorder, ServerRequest};
pub use response_headers::ResponseHeaders;
pub use route::{Route, UNMATCHED};
pub use service::ServerService;
