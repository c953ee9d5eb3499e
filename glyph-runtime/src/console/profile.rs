//! A profile for the page.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::{
    page::{JSON, problem},
    router::Shared,
};

/// Takes a profile, and responds with its tree.
pub(super) async fn respond(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match shared.profiles.tree(query.as_deref(), &headers).await {
        Ok(json) => ([(CONTENT_TYPE, JSON)], json).into_response(),
        Err((status, text)) => problem(status, &text),
    }
}
