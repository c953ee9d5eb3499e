//! The edges of a service over gRPC: layers of tower for tonic's servers and channels.
//!
//! [`ServerLayer`] continues the client's trace or starts one, opens a server span `package.Service/Method`, gives the call
//! its request id, records its metrics when the call's *status* is there, behind the last message of a stream, and writes one
//! log line. [`ClientLayer`] does the same for calls that go out.
//!
//! ```
//! use glyph_runtime::{grpc::{ClientMetrics, ServerLayer, ServerMetrics}, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_grpc")]
//! pub struct Metrics {
//!     #[catalog]
//!     pub served: ServerMetrics,
//!     #[catalog]
//!     pub called: ClientMetrics,
//! }
//!
//! # fn main() {
//! // tonic::transport::Server::builder().layer(layer).add_service(..)
//! let layer = ServerLayer::new(Metrics::global().served);
//! # drop(layer);
//! # }
//! ```
//!
//! # What cannot happen
//!
//! No call makes a series that the program did not provide for: statuses are a closed label of seventeen, a method is a bounded label, and
//! calls to a method that the server does not have share one value, [`OTHER`]. Ids ([`ServerLayer::try_ids`]) reach logs, spans and the
//! next call's metadata, and no metric.
//!
//! # When a call ends
//!
//! Its status is the one that was told, in trailers, or in headers where there is no message (gRPC over HTTP/2,
//! "Responses"). What a call without one is:
//!
//! | what happens | status | outcome | `error.type` of the span |
//! |---|---|---|---|
//! | the stream ends without a status | `UNKNOWN` | `Error` | `transport` |
//! | an answer of HTTP that is none of gRPC's | as gRPC maps it | as that status | |
//! | a client cannot reach the server | `UNAVAILABLE` | `Error` | `transport` |
//! | the service or the body gives an error | its own, or `UNKNOWN` | `Error` | `transport` |
//! | a side leaves before the end | `CANCELLED` | `Cancelled` | `CANCELLED` on the client's span |
//! | it leaves when the deadline has passed | `DEADLINE_EXCEEDED` | `Timeout` | `DEADLINE_EXCEEDED` |
//! | the handler panics | `UNKNOWN` | `Panicked` | `panic` |
//!
//! The deadline is that of `grpc-timeout`, and [`ServerLayer::timeout`]. Since the sides do not count from the same moment, a
//! call that is given up in its last tenth, or its last 10 ms, has been given up for its deadline.
//!
//! Of the statuses, a client takes all but `OK` for errors, a server those that say that it failed: `UNKNOWN`,
//! `DEADLINE_EXCEEDED`, `UNIMPLEMENTED`, `INTERNAL`, `UNAVAILABLE`, `DATA_LOSS`. Then the span's status is `ERROR`, and its
//! `error.type` the status.
//!
//! Source of names and statuses: OpenTelemetry semantic conventions, "gRPC", "RPC spans" and "RPC metrics" (release
//! candidate). As there, `rpc.method` is `package.Service/Method`; `rpc.service` is on spans besides.

mod body;
mod call;
mod call_end;
pub mod client;
mod deadline;
mod ending;
mod failure;
mod future;
mod ids;
mod method;
pub mod server;
mod status;

pub use body::ResponseBody;
pub use call_end::CallEnd;
pub use client::{ClientCall, ClientLayer, ClientMetrics, ClientRecorder, ClientService};
pub use future::ResponseFuture;
pub use method::OTHER;
pub use server::{
    CALL_TARGET, ServerCall, ServerLayer, ServerMetrics, ServerRecorder, ServerService,
};
pub use status::StatusCode;

pub use crate::http::ErrorType;
