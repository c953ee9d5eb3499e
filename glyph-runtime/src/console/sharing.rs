//! Several programs in one page: those that this page can show, and the pages that can read this program.

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, Method,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_SECURITY_POLICY, InvalidHeaderValue, ORIGIN, VARY,
        },
    },
    middleware::Next,
    response::Response,
};
use serde::Serialize;
use std::sync::Arc;

use super::origin::Origin;
use crate::request::{policy, with_headers};

/// The settings of a console about others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sharing {
    /// The programs that the page offers.
    pub(crate) programs: Vec<Origin>,
    /// The origins of the pages that can read the API of this program.
    pub(crate) readers: Vec<Origin>,
}

/// The response of `/api/v1/programs`.
#[derive(Debug, Serialize)]
pub(super) struct Programs<'a> {
    programs: Vec<&'a str>,
}

/// The headers that the settings lead to.
#[derive(Debug)]
pub(super) struct Headers {
    policy: HeaderValue,
    readers: Vec<HeaderValue>,
}

impl Sharing {
    pub(super) fn list(&self) -> Programs<'_> {
        Programs {
            programs: self.programs.iter().map(Origin::as_str).collect(),
        }
    }

    /// # Errors
    ///
    /// Returns an error if an origin cannot be in a header, which those that are parsed can.
    pub(super) fn headers(&self) -> Result<Headers, InvalidHeaderValue> {
        let programs = self.programs.iter().map(Origin::as_str);
        let readers = self.readers.iter().map(Origin::header);
        Ok(Headers {
            policy: HeaderValue::from_str(&policy(programs))?,
            readers: readers.collect::<Result<_, _>>()?,
        })
    }
}

/// Adds the headers of the console to a response. A page of an allowed origin can read the API, and sends no
/// password with its requests (Fetch, "CORS protocol").
pub(super) async fn respond(
    State(headers): State<Arc<Headers>>,
    request: Request,
    next: Next,
) -> Response {
    let is_read = [Method::GET, Method::HEAD].contains(request.method())
        && request.uri().path().starts_with("/api/v1/");
    let origin = request.headers().get(ORIGIN).cloned();
    let reader = origin.filter(|origin| is_read && headers.readers.contains(origin));
    let mut response = with_headers(next.run(request).await);
    let of_response = response.headers_mut();
    of_response.insert(CONTENT_SECURITY_POLICY, headers.policy.clone());
    if is_read && !headers.readers.is_empty() {
        of_response.insert(VARY, ORIGIN.into());
    }
    if let Some(reader) = reader {
        of_response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, reader);
    }
    response
}
