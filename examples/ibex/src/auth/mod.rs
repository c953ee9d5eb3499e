//! The service that maps tokens to customers, and its client.

mod client;
mod message;
mod server;

use std::time::Duration;

use glyph_runtime::{Label, Outcome, instrument_stage};
use thiserror::Error;
use tokio::time::sleep;

pub(crate) use self::client::Client;
pub(crate) use self::server::serve;
use crate::telemetry::{db, stage};

/// The only method of the service.
const VALIDATE_TOKEN: &str = "ibex.auth.v1.AuthService/ValidateToken";

/// A token that makes the database panic.
pub(crate) const POISON: &str = "token-poison";

/// Tokens and their customers.
const TOKENS: [(&str, &str); 2] = [
    ("token-acme", "0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10"),
    ("token-umbra", "0192f0c1-6d3a-7c52-9b1d-77aa0be4c301"),
];

/// A customer: a field of log lines and spans. As a label it does not compile.
#[derive(Clone, Debug, Hash, Label, PartialEq, Eq)]
#[label(never)]
pub(crate) struct OrgId(String);

impl OrgId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Copy, Debug, Error, Outcome, PartialEq, Eq)]
pub(crate) enum AuthError {
    #[error("unknown token")]
    Unauthenticated,
    #[error("the database does not respond")]
    #[outcome(timeout)]
    Database,
}

#[instrument_stage(stage::validate_token)]
async fn validate(token: &str) -> Result<OrgId, AuthError> {
    find(token).await?.ok_or(AuthError::Unauthenticated)
}

#[instrument_stage(db::query, kind = client, labels(query = "find_token"))]
async fn find(token: &str) -> Result<Option<OrgId>, AuthError> {
    sleep(Duration::from_millis(1)).await;
    if token == POISON {
        tracing::error!("the database does not respond");
        return Err(AuthError::Database);
    }
    let found = TOKENS.iter().find(|(known, _)| *known == token);
    Ok(found.map(|(_, org_id)| OrgId((*org_id).to_owned())))
}
