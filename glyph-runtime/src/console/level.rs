//! The change of the log's filter by a request.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use serde::{Deserialize, Serialize};

use super::{
    page::JSON,
    received::{Unread, read},
    state::json,
};
use crate::{log::LogFilters, request::Requester};

/// The limit of bytes of a request.
const LONGEST: usize = 4096;

/// What a request asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    filter: String,
}

/// The filter after a change.
#[derive(Debug, Serialize)]
struct Changed {
    filter: Option<String>,
    before: String,
}

pub(super) type Problem = (StatusCode, String);

/// Returns the filter in the body, `{"filter":"info,shop=debug"}`.
///
/// # Errors
///
/// Returns what is wrong with the request.
pub(super) async fn wanted(headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    if !is_json(headers) {
        // Another site cannot send this type without asking first, and no answer allows it.
        let text = "send the filter as application/json: `{\"filter\":\"info\"}`";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, text.to_owned()));
    }
    let invalid = |text: &str| (StatusCode::BAD_REQUEST, text.to_owned());
    let body = read(body, LONGEST).await.map_err(|unread| match unread {
        Unread::TooLong => {
            let text = format!("filter too long: use at most {LONGEST} bytes");
            (StatusCode::PAYLOAD_TOO_LARGE, text)
        }
        Unread::TooLate => {
            let text = "filter not received within ten seconds: send it at once";
            (StatusCode::REQUEST_TIMEOUT, text.to_owned())
        }
        Unread::Broken => invalid("cannot read the filter: send it again"),
    })?;
    let wanted: Wanted = serde_json::from_slice(&body)
        .map_err(|_| invalid("invalid filter: send `{\"filter\":\"info,shop=debug\"}`"))?;
    let directives = wanted.filter.trim();
    if directives.is_empty() {
        return Err(invalid(
            "missing filter: send directives such as `info,shop=debug`",
        ));
    }
    Ok(directives.to_owned())
}

/// Sets the filter of the log.
///
/// # Errors
///
/// Returns what is wrong with the filter, which stays as it was.
pub(super) fn set(
    filters: &LogFilters,
    directives: &str,
    requester: Requester,
) -> Result<Vec<u8>, Problem> {
    let before = filters
        .set(directives)
        .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    requester.audit_filter((&before, directives), "in the console");
    let filter = filters.text();
    Ok(json(&Changed { filter, before }))
}

/// Returns whether the body of a request is JSON, with or without parameters of the type.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let essence = content_type.and_then(|value| value.split(|byte| *byte == b';').next());
    essence.is_some_and(|essence| essence.trim_ascii().eq_ignore_ascii_case(JSON.as_bytes()))
}
