//! HTTP servers: the parts of [`ServerLayer`] and the label sets of [`ServerMetrics`].
//!
//! ```
//! use glyph_runtime::http::{Route, server::{ServerLayer, ServerMetrics}};
//!
//! // Without a router, the program names the routes.
//! let layer = ServerLayer::new(ServerMetrics::global())
//!     .route(|request| (request.uri.path() == "/prices").then(|| Route::from("/prices")));
//! # drop(layer);
//! ```

mod incoming;
pub mod labels;
mod layer;
mod line;
mod metrics;
mod recorder;
mod route;
mod settings;

pub(in crate::edge) use incoming::IncomingRequest;
#[cfg(feature = "grpc")]
pub(in crate::edge) use incoming::peer;
pub use layer::{ServerLayer, ServerService};
pub use line::REQUEST_TARGET;
pub use metrics::ServerMetrics;
pub use recorder::{ServerRecorder, ServerRequest};
pub use route::{Route, UNMATCHED};
