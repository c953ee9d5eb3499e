//! The endpoints.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header::ALLOW},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{CompressionLevel, compression::CompressionLayer};

use super::scrape::{Scraper, Source};
use crate::{expose::Exposition, health::Health};

/// The endpoints `/metrics`, `/healthz` and `/readyz`, for GET and HEAD; other methods are answered 405.
///
/// `/metrics` gives the page in the format that `Accept` asks for, compressed with gzip if
/// `Accept-Encoding` allows, written while it is sent. At most eight scrapes are answered at a time,
/// further ones 503. `/healthz` and `/readyz` give the reports of [`Health`].
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
pub fn router(page: Exposition, health: Health) -> Router {
    endpoints(Arc::new(page), health)
}

pub(super) fn endpoints(source: Arc<dyn Source>, health: Health) -> Router {
    let scraper = Scraper::new(source);
    let metrics = get(move |headers: HeaderMap| async move { scraper.answer(&headers) });
    let gzip = CompressionLayer::new().quality(CompressionLevel::Fastest);
    let live = health.clone();
    let liveness = get(move || async move { live.liveness() });
    let readiness = get(move || async move { health.readiness().await });
    Router::new()
        .route("/metrics", metrics.fallback(refuse).layer(gzip))
        .route("/healthz", liveness.fallback(refuse))
        .route("/readyz", readiness.fallback(refuse))
}

async fn refuse() -> Response {
    let allowed = [(ALLOW, "GET, HEAD")];
    (
        StatusCode::METHOD_NOT_ALLOWED,
        allowed,
        "GET and HEAD are allowed here\n",
    )
        .into_response()
}
