//! HTTP and gRPC instrumentation.

pub(crate) mod attributes;
pub(crate) mod call_span;
pub(crate) mod drop_in_scope;
pub(crate) mod failure;
#[cfg(feature = "grpc")]
pub mod grpc;
pub mod http;
pub(crate) mod request_id;
pub(crate) mod response_headers;
pub(crate) mod scope;
