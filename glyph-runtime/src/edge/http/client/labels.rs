//! The label sets of [`ClientMetrics`](super::ClientMetrics).

use crate::{
    LabelSet,
    http::{ErrorType, Method, StatusClass, StatusCode},
};

/// Calls under way, or calls made once more.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Peer<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The host that is called.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
}

/// Whom a call went to, and the class of the answer.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The host that is called.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
    /// The class of the status.
    #[label(name = "http_response_status_class")]
    pub status: StatusClass,
}

/// Whom a call went to, and the answer.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Request<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The host that is called.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
    /// The status.
    #[label(name = "http_response_status_code")]
    pub status: StatusCode,
}

/// Whom a call went to, and how it failed.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The host that is called.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
    /// How it failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
}
