//! The label sets of [`ServerMetrics`](super::ServerMetrics).

use crate::{
    LabelSet,
    http::{ErrorType, Method, StatusClass, StatusCode},
};

/// Labels of active requests.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Active {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
}

/// The method and the route of a request.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Endpoint<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The template of the route.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
}

/// The method, the route and the status class of a request.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The template of the route.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
    /// The class of the status.
    #[label(name = "http_response_status_class")]
    pub status: StatusClass,
}

/// The method, the route and the status of a request.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Request<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The template of the route.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
    /// The status.
    #[label(name = "http_response_status_code")]
    pub status: StatusCode,
}

/// The method, the route and the failure of a request.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// The method.
    #[label(name = "http_request_method")]
    pub method: Method,
    /// The template of the route.
    #[label(name = "http_route", max = 128)]
    pub route: &'a str,
    /// How the request failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
}
