//! The label sets of [`ClientMetrics`](super::ClientMetrics).

use crate::{
    LabelSet,
    http::{ErrorType, Method, StatusClass, StatusCode},
};

/// The method and the host of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Peer<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The called host.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
}

/// The method, the host and the failure of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The called host.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
    /// How the call failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
}

/// The method, the host and the status of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Request<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The called host.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
    /// The status.
    #[label(name = "http_response_status_code")]
    pub status: StatusCode,
}

/// The method, the host and the status class of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The called host.
    #[label(name = "server_address", max = 32)]
    pub peer: &'a str,
    /// The class of the status.
    #[label(name = "http_response_status_class")]
    pub status: StatusClass,
}
