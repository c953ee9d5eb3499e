//! tower layers for HTTP servers and clients.
//!
//! [`ServerLayer`] wraps any service of `http` requests (axum, hyper). It continues the client's
//! trace or starts one, opens a server span `{METHOD} {route template}` and gives the request an
//! id. When the *body* of the response ends, it records the metrics and writes one log line.
//! [`ClientLayer`] does the same for outgoing calls.
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
//! # Series
//!
//! The number of series has a limit, whatever clients send. Methods and statuses are closed labels.
//! A route is a template of the program, with a limit as well, and all requests without a route are
//! one series, [`UNMATCHED`]. Paths, hosts and headers are on spans only, and cut to 256 bytes.
//!
//! # When a request ends
//!
//! | event | outcome | `error.type` of the span | span status |
//! |---|---|---|---|
//! | the body ends, status below 500 | `Ok` | | |
//! | status 408 | `Timeout` | | |
//! | status 504 | `Timeout` | `504` | `ERROR` |
//! | any other status of 500 or above | `Error` | the status | `ERROR` |
//! | an error of the service or the body | `Error`, `Timeout` | `transport`, `timeout` | `ERROR` |
//! | the client leaves before the end | `Cancelled` | `cancelled` | |
//! | the handler panics | `Panicked` | `panic` | `ERROR` |
//!
//! A body is at its end after its trailers, or after its last byte if its length is known. A client
//! leaves before the end if its connection or stream ends before the response does, or before its
//! own request is whole: what the service responds to a broken request does not count.
//!
//! For a client, a response is complete with its head if nothing of its body is read. A body that is
//! dropped after a part of it was read is `Cancelled`, unless its end has arrived.
//!
//! Names and statuses are those of OpenTelemetry's semantic conventions 1.45.0, "HTTP spans" and
//! "HTTP metrics".

mod call_end;
pub mod client;
mod failure;
mod label_sets;
mod method;
mod protocol;
pub mod server;
mod status;

pub use call_end::CallEnd;
pub use client::{
    ClientLayer, ClientMetrics, ClientRecorder, ClientRequest, ClientService, ResendLayer,
    ResendService, UrlTemplate,
};
pub use method::Method;
pub use protocol::Http;
pub use server::{
    REQUEST_TARGET, Route, ServerLayer, ServerMetrics, ServerRecorder, ServerRequest,
    ServerService, UNMATCHED,
};
pub use status::{StatusClass, StatusCode};

pub use super::{
    CallLayer, CallService, Client, ErrorType, RequestBody, ResponseHeaders, Server,
    scope_labels::header,
};

/// The body of a response. The call ends with it: after its last frame, with its error, or when it
/// is dropped.
pub type ResponseBody<B> = super::ResponseBody<B, Http>;

/// The future of a response. Dropped before it is ready, it records the call as cancelled.
pub type ResponseFuture<F> = super::ResponseFuture<F, Http>;
