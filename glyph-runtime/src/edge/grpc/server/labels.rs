//! The label sets of [`ServerMetrics`](super::ServerMetrics).

use crate::{
    LabelSet,
    grpc::{ErrorType, StatusCode},
};

/// What was called, and the answer.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 128)]
    pub method: &'a str,
    /// The status.
    #[label(name = "rpc_response_status_code")]
    pub status: StatusCode,
}

/// What was called, and how it failed.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 128)]
    pub method: &'a str,
    /// How it failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
}
