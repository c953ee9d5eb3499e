//! The router of the endpoints.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header::ALLOW},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{CompressionLevel, compression::CompressionLayer};

use super::scrape::{Scrapes, Source, respond};
use crate::{expose::Exposition, health::Health};

const LIVENESS: &str = "/healthz";
const READINESS: &str = "/readyz";

/// Returns the endpoints `/metrics`, `/healthz` and `/readyz`, for GET and HEAD. Other methods get
/// a 405.
///
/// `/metrics` responds with the exposition in the format that `Accept` asks for, compressed with
/// gzip if `Accept-Encoding` allows it. It is rendered while it is sent, on a thread of its own,
/// `glyph-scrape`. At most 16 scrapes run at a time. A further one replaces a scrape whose client
/// has read nothing for 50 milliseconds. It waits for that, or for a scrape to end, and gets a 503
/// after ten seconds. `/healthz` and `/readyz` respond with the reports of [`Health`].
///
/// ```
/// use glyph_runtime::Telemetry;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = Telemetry::builder("shop").build()?;
/// let program: axum::Router = axum::Router::new().merge(telemetry.router());
/// # Ok(())
/// # }
/// ```
pub fn router(exposition: Exposition, health: Health) -> Router {
    endpoints(Arc::new(exposition), health)
}

pub(super) fn endpoints(source: Arc<dyn Source>, health: Health) -> Router {
    let metrics = get(move |headers: HeaderMap| async move { respond(source, &headers) });
    let gzip = CompressionLayer::new().quality(CompressionLevel::Fastest);
    let live = health.clone();
    let liveness = get(move || async move { live.liveness() });
    let limit = from_fn_with_state(Scrapes::new(), Scrapes::limit);
    let readiness = get(move || async move { health.readiness().await });
    Router::new()
        .route(
            "/metrics",
            metrics.fallback(reject).layer(gzip).layer(limit),
        )
        .route(LIVENESS, liveness.fallback(reject))
        .route(READINESS, readiness.fallback(reject))
}

/// Returns whether the path is that of a probe.
pub(super) fn is_probe(path: &str) -> bool {
    [LIVENESS, READINESS].contains(&path)
}

async fn reject() -> Response {
    let allowed = [(ALLOW, "GET, HEAD")];
    (
        StatusCode::METHOD_NOT_ALLOWED,
        allowed,
        "only GET and HEAD are allowed\n",
    )
        .into_response()
}
