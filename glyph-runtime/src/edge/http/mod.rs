//! The edges of a service: layers of tower for its HTTP server and its HTTP clients.
//!
//! [`ServerLayer`] goes around any service of `http` requests (axum, hyper): it continues the client's trace or
//! starts one, opens a server span `{METHOD} {route template}`, gives the request an id, records its metrics when the
//! response's *body* ends, and writes one log line. [`ClientLayer`] does the same for calls that go out.
//!
//! ```
//! use glyph_runtime::{http::{ServerLayer, ServerMetrics}, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_http")]
//! pub struct Metrics {
//!     #[catalog]
//!     pub http: ServerMetrics,
//! }
//!
//! # fn main() {
//! let layer = ServerLayer::new(Metrics::global().http).excluded_paths(["/healthz", "/metrics"]);
//! # drop(layer);
//! # }
//! ```
//!
//! # What cannot happen
//!
//! No request makes a series: methods and statuses are closed labels, a route is a template of the program's and
//! bounded besides, and a request that no route matches is one series, [`UNMATCHED`]. Paths, hosts and headers are on spans
//! alone, and cut.
//!
//! # When a request ends
//!
//! | what happens | outcome | `error.type` of the span | span's status |
//! |---|---|---|---|
//! | the body ends, status below 500 | `Ok` | | |
//! | status 408 | `Timeout` | | |
//! | status 504 | `Timeout` | `504` | `ERROR` |
//! | any other status of 500 or above | `Error` | the status | `ERROR` |
//! | the service or the body gives an error | `Error` or `Timeout` | `transport` or `timeout` | `ERROR` |
//! | the client leaves before the end | `Cancelled` | `cancelled` | |
//! | the handler panics | `Panicked` | `panic` | `ERROR` |
//!
//! Source of names and statuses: OpenTelemetry semantic conventions, "HTTP spans" and "HTTP metrics".

mod body;
mod call;
mod call_end;
pub mod client;
mod ending;
mod future;
mod method;
pub mod server;
mod status;

pub use body::{RequestBody, ResponseBody};
pub use call_end::CallEnd;
pub use client::{
    ClientLayer, ClientMetrics, ClientRecorder, ClientRequest, ClientService, ResendLayer,
    ResendService, UrlTemplate,
};
pub use future::ResponseFuture;
pub use method::Method;
pub use server::{
    REQUEST_TARGET, Route, ServerLayer, ServerMetrics, ServerRecorder, ServerRequest,
    ServerService, UNMATCHED,
};
pub use status::{ErrorType, StatusClass, StatusCode};

pub use super::{response_headers::ResponseHeaders, scope::header};
