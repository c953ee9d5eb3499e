//! The label sets of [`ClientMetrics`](super::ClientMetrics).

use crate::{
    LabelSet,
    grpc::{ErrorType, StatusCode},
};

/// The method, the host and the status of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 64)]
    pub method: &'a str,
    /// The called host.
    #[label(name = "server_address", max = 8)]
    pub peer: &'a str,
    /// The status.
    #[label(name = "rpc_response_status_code")]
    pub status: StatusCode,
}

/// The method, the host and the failure of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 64)]
    pub method: &'a str,
    /// The called host.
    #[label(name = "server_address", max = 8)]
    pub peer: &'a str,
    /// How the call failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
}
