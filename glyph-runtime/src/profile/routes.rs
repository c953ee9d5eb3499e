//! The routes of profiles.

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{
        HeaderMap, StatusCode,
        header::{ALLOW, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};

use super::{memory::Memory, running::Profiles, unavailable::Unavailable};
use crate::request::with_headers;

/// Returns the routes, which whoever mounts them has to guard.
pub(crate) fn routes(profiles: Profiles) -> Router {
    let only_get = |method: MethodRouter<Profiles>| method.head(reject).fallback(reject);
    let headers = |response: Response| async move { with_headers(response) };
    Router::new()
        .route("/debug/pprof/profile", only_get(get(cpu)))
        .route("/debug/pprof/heap", only_get(get(heap)))
        .route("/debug/pprof/allocs", only_get(get(allocs)))
        .route_layer(map_response(headers))
        .with_state(profiles)
}

/// HEAD would take a profile and throw it away.
async fn reject() -> Response {
    let allowed = [(ALLOW, "GET")];
    let text = "only GET is allowed\n";
    (StatusCode::METHOD_NOT_ALLOWED, allowed, text).into_response()
}

async fn cpu(
    State(profiles): State<Profiles>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    respond(profiles.cpu(query.as_deref(), &headers).await)
}

async fn heap(State(profiles): State<Profiles>, headers: HeaderMap) -> Response {
    respond(profiles.memory(Memory::InUse, &headers).await)
}

async fn allocs(State(profiles): State<Profiles>, headers: HeaderMap) -> Response {
    respond(profiles.memory(Memory::Allocated, &headers).await)
}

fn respond(profile: Result<Vec<u8>, Unavailable>) -> Response {
    match profile {
        Ok(profile) => {
            let headers = [
                (CONTENT_TYPE, "application/octet-stream"),
                (
                    CONTENT_DISPOSITION,
                    "attachment; filename=\"profile.pb.gz\"",
                ),
            ];
            (headers, profile).into_response()
        }
        Err(error) => (error.status(), format!("{error}\n")).into_response(),
    }
}
