//! tower layers for gRPC, for tonic's servers and channels.
//!
//! [`ServerLayer`] continues the client's trace or starts one, opens a server span
//! `package.Service/Method` and gives the call its request id. When the *status* of the call
//! arrives, after the last message of a stream, it records the metrics and writes one log line.
//! [`ClientLayer`] does the same for outgoing calls.
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
//! # Series
//!
//! The number of series has a limit, whatever clients send. Statuses are a closed label with
//! seventeen values, a method is a label with a limit, and calls to methods that the server does
//! not have share one value, [`OTHER`]. Ids ([`ServerLayer::try_ids`]) are in logs, spans and the
//! metadata of the next call, and in no metric.
//!
//! # When a call ends
//!
//! Its status is the one in the trailers, or in the headers if there is no message (gRPC over
//! HTTP/2, "Responses"). A call without a status gets one:
//!
//! | event | status | outcome | `error.type` of the span |
//! |---|---|---|---|
//! | the stream ends without a status | `UNKNOWN` | `Error` | `transport` |
//! | an HTTP response that is not gRPC | as gRPC maps it | as that status | |
//! | a client cannot reach the server | `UNAVAILABLE` | `Error` | `transport` |
//! | the service or the body returns an error | its status, or `UNKNOWN` | `Error` | `transport` |
//! | a client's call breaks | the status that the application sees | as that status | `transport` |
//! | a side leaves before the end | `CANCELLED` | `Cancelled` | `CANCELLED` on the client's span |
//! | it leaves after the deadline | `DEADLINE_EXCEEDED` | `Timeout` | `DEADLINE_EXCEEDED` |
//! | a client's channel times out | `CANCELLED`, as tonic reports it | `Timeout` | `timeout` |
//! | the handler panics | `UNKNOWN` | `Panicked` | `panic` |
//!
//! The status of a broken call is that of `tonic::Status::from_error`. A client that leaves before
//! its message is whole has left, whatever the service responds to the rest.
//!
//! The deadline is that of `grpc-timeout` and of [`ServerLayer::timeout`]. The two sides do not
//! count from the same moment, so a call that is dropped in the last tenth of its time, or in the
//! last 10 ms, was dropped for its deadline.
//!
//! For a client every status but `OK` is an error. For a server those are errors that report its
//! own failure: `UNKNOWN`, `DEADLINE_EXCEEDED`, `UNIMPLEMENTED`, `INTERNAL`, `UNAVAILABLE`,
//! `DATA_LOSS`. With them the status of the span is `ERROR`, and its `error.type` is the status.
//!
//! Names and statuses are those of OpenTelemetry's semantic conventions 1.45.0, "gRPC", "RPC spans"
//! and "RPC metrics". As there, `rpc.method` is `package.Service/Method`. It is on the span from the
//! start, so that samplers see it. If the response shows that the method does not exist, `_OTHER`
//! replaces it.

mod call_end;
pub mod client;
mod deadline;
mod failure;
mod ids;
mod labels;
mod method;
mod protocol;
mod rpc_status;
pub mod server;
mod settings;
mod status;

pub use call_end::CallEnd;
pub use client::{
    ChannelPeer, ClientCall, ClientLayer, ClientMetrics, ClientRecorder, ClientService,
};
pub use labels::{ErrorLabel, System};
pub use method::OTHER;
pub use protocol::Grpc;
pub use server::{
    CALL_TARGET, ServerCall, ServerLayer, ServerMetrics, ServerRecorder, ServerService,
};
pub use status::StatusCode;

pub use super::{CallLayer, CallService, Client, ErrorType, Server};

/// The body of a response. The call ends with it: with its trailers, with its error, or when it is
/// dropped.
pub type ResponseBody<B> = super::ResponseBody<B, Grpc>;

/// The future of a response. Dropped before it is ready, it records the call as cancelled.
pub type ResponseFuture<F> = super::ResponseFuture<F, Grpc>;
