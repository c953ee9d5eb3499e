//! Probes as HTTP responses.

use axum::{
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use crate::health::Report;

impl IntoResponse for Report {
    /// Responds with 200 if all checks pass, else with 503. The body is JSON and must not be
    /// cached.
    fn into_response(self) -> Response {
        let status = if self.is_ok() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let headers = [
            (CONTENT_TYPE, "application/json; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
        ];
        (status, headers, self.to_string()).into_response()
    }
}
