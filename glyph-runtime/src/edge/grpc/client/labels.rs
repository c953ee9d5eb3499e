//! The label sets of [`ClientMetrics`](super::ClientMetrics).

use crate::{
    LabelSet,
    grpc::{ErrorType, StatusCode},
};

/// What was called, and the answer.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 64)]
    pub method: &'a str,
    /// The host that is called.
    #[label(name = "server_address", max = 8)]
    pub peer: &'a str,
    /// The status.
    #[label(name = "rpc_response_status_code")]
    pub status: StatusCode,
}

/// What was called, and how it failed.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 64)]
    pub method: &'a str,
    /// The host that is called.
    #[label(name = "server_address", max = 8)]
    pub peer: &'a str,
    /// How it failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
}
