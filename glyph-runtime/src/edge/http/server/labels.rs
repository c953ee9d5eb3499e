//! The label sets of [`ServerMetrics`](super::ServerMetrics).

use crate::{
    LabelSet,
    http::{ErrorType, Method, StatusClass, StatusCode},
};

/// Requests under way.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Active {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
}

/// Where a request went.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Endpoint<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The route's template.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
}

/// Where a request went, and the class of the answer.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The route's template.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
    /// The class of the status.
    #[label(name = "http_response_status_class")]
    pub status: StatusClass,
}

/// Where a request went, and the answer.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Request<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The route's template.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
    /// The status.
    #[label(name = "http_response_status_code")]
    pub status: StatusCode,
}

/// Where a request went, and how it failed.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The route's template.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
    /// How it failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
}
