//! The label sets of [`ServerMetrics`](super::ServerMetrics).
//!
//! ```
//! use glyph_runtime::http::{Method, ServerMetrics, server::labels::Active};
//!
//! let active = &ServerMetrics::global().active_requests;
//! assert_eq!(active.value(Active { method: Method::Get }), 0.0);
//! ```

use crate::{
    LabelSet,
    edge::http::label_sets::label_sets,
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

label_sets! {
    /// The method and the route of a request.
    Endpoint,
    /// The template of the route.
    #[label(name = "http_route", max = 128)]
    route;
    /// The method, the route and the status class of a request.
    Answered,
    /// The class of the status.
    #[label(name = "http_response_status_class")]
    status: StatusClass;
    /// The method, the route and the status of a request.
    Request,
    /// The status.
    #[label(name = "http_response_status_code")]
    status: StatusCode;
    /// The method, the route and the failure of a request.
    Failed,
    /// How the request failed.
    #[label(name = "error_type")]
    error: ErrorType;
}
