//! The service that knows whose a token is.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use glyph_runtime::{Outcome, http::ServerLayer, instrument_stage};
use thiserror::Error;
use tokio::time::sleep;

use crate::telemetry::{Metrics, db, stage};

/// The one call that it serves; on the wire a gRPC call is a POST to such a path.
pub(crate) const VALIDATE_TOKEN: &str = "/ibex.auth.v1.AuthService/ValidateToken";
/// The header in which a call has its token.
pub(crate) const TOKEN: &str = "x-ibex-token";
/// The header in which the answer says whose it is.
pub(crate) const ORG_ID: &str = "x-ibex-org-id";

/// Tokens, and whose they are.
const TOKENS: [(&str, &str); 2] = [
    ("token-acme", "0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10"),
    ("token-umbra", "0192f0c1-6d3a-7c52-9b1d-77aa0be4c301"),
];

/// A token that the database does not survive.
pub(crate) const POISON: &str = "token-poison";

#[derive(Clone, Copy, Debug, Error, Outcome, PartialEq, Eq)]
pub(crate) enum AuthError {
    #[error("nobody has this token")]
    Unauthenticated,
    #[error("the database does not answer")]
    #[outcome(timeout)]
    Database,
}

/// The service, with the edge that each of its calls goes through.
pub(crate) fn router() -> Router {
    Router::new()
        .route(VALIDATE_TOKEN, post(serve))
        .layer(ServerLayer::new(Metrics::global().auth))
}

async fn serve(headers: HeaderMap) -> Result<Response, AuthError> {
    let token = headers.get(TOKEN).and_then(|token| token.to_str().ok());
    let org_id = validate(token.unwrap_or_default()).await?;
    Ok([(ORG_ID, org_id)].into_response())
}

#[instrument_stage(stage::validate_token)]
async fn validate(token: &str) -> Result<&'static str, AuthError> {
    find(token).await?.ok_or(AuthError::Unauthenticated)
}

#[instrument_stage(db::query, kind = client, labels(query = "find_token"))]
async fn find(token: &str) -> Result<Option<&'static str>, AuthError> {
    sleep(Duration::from_millis(1)).await;
    if token == POISON {
        tracing::error!("the database does not answer");
        return Err(AuthError::Database);
    }
    let found = TOKENS.iter().find(|(known, _)| *known == token);
    Ok(found.map(|(_, org_id)| *org_id))
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Database => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, self.to_string()).into_response()
    }
}
