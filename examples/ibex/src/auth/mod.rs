//! The service that maps tokens to organizations, and its client.

mod client;
mod message;
mod server;
mod store;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use glyph_runtime::log::{CarriedIds, Output};
use glyph_runtime::{Label, Outcome, context, instrument_stage};
use thiserror::Error;
use tokio::net::TcpListener;

pub(crate) use self::client::Client;
pub(crate) use self::server::serve;
pub(crate) use self::store::{Store, StoreError};
use crate::cli::{AuthArgs, TokenArgs};
use crate::fault::Fault;
use crate::service::{self, Ended, Stopped};
use crate::telemetry::stage;

/// The methods of the service.
const VALIDATE_TOKEN: &str = "ibex.auth.v1.AuthService/ValidateToken";
const GET_USAGE: &str = "ibex.auth.v1.AuthService/GetUsage";

/// The name of an organization's id, in log lines, on spans and in the metadata of gRPC.
pub(crate) const ORG_ID: &str = "org_id";

/// The time limit of a readiness check.
pub(crate) const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// The tokens of a temporary database, and their organizations.
const TOKENS: [(&str, &str); 2] = [
    ("token-acme", "0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10"),
    ("token-umbra", "0192f0c1-6d3a-7c52-9b1d-77aa0be4c301"),
];

/// An organization: a field of log lines and spans. As a label it does not compile.
#[derive(Clone, Debug, Hash, Label, PartialEq, Eq)]
#[label(never)]
pub(crate) struct OrgId(String);

impl OrgId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the organization of the running code.
    pub(crate) fn current() -> Option<Self> {
        let ids = CarriedIds::current();
        ids.value(ORG_ID).map(|id| Self(id.to_owned()))
    }
}

#[derive(Clone, Copy, Debug, Error, Outcome, PartialEq, Eq)]
pub(crate) enum AuthError {
    #[error("unknown token")]
    Unauthenticated,
    #[error("missing org_id in the metadata")]
    NoOrganization,
    #[error("the database is locked")]
    #[outcome(timeout)]
    Locked,
    #[error("the database failed")]
    Database,
}

/// Runs the service until a signal.
pub(crate) async fn run(arguments: AuthArgs) -> Ended {
    if arguments.fault.is_some_and(|fault| !fault.is_of_auth()) {
        return Err("this fault is one of the proxy: use `ibex proxy --fault`".into());
    }
    let store = Arc::new(Store::open(arguments.database.as_deref())?);
    let checked = Arc::clone(&store);
    let telemetry = service::telemetry("auth", arguments.telemetry, Output::Stdout)
        .listener_for_console()
        .check_with_timeout("database", CHECK_LIMIT, move || ping(Arc::clone(&checked)))
        .install()?;
    prepare(&store)?;
    let _lock = match arguments.fault {
        Some(Fault::Database) => Some(store.lock()?),
        _ => None,
    };
    let pages = TcpListener::bind(arguments.listen).await?;
    let grpc = TcpListener::bind(arguments.grpc_listen).await?;
    let address = format!("http://{}", pages.local_addr()?);
    tracing::info!(address, grpc = %grpc.local_addr()?, "startup");
    service::run(
        &telemetry,
        arguments.child,
        async |stopped: Stopped| -> Ended {
            tokio::try_join!(
                service::pages(pages, telemetry.router(), stopped.clone()),
                serve(grpc, store, stopped.wait()),
            )?;
            Ok(())
        },
    )
    .await
}

/// Creates the tables, and the tokens of a temporary database.
pub(crate) fn prepare(store: &Store) -> Result<(), StoreError> {
    store.migrate()?;
    if store.is_temporary() {
        for (token, org_id) in TOKENS {
            store.add(token, org_id)?;
        }
    }
    Ok(())
}

/// Creates tokens, and prints them. The database has their hashes alone.
pub(crate) fn create_tokens(arguments: &TokenArgs) -> Ended {
    // An id that gRPC cannot carry would fail each request.
    CarriedIds::default().try_with(ORG_ID, &arguments.org)?;
    let store = Store::open(Some(&arguments.database))?;
    store.migrate()?;
    for _ in 0..arguments.count {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        let token = format!("ibex_{:032x}", u128::from_be_bytes(bytes));
        store.add(&token, &arguments.org)?;
        writeln!(io::stdout(), "{token}")?;
    }
    Ok(())
}

async fn ping(store: Arc<Store>) -> Result<(), AuthError> {
    blocking(move || store.ping()).await
}

#[instrument_stage(stage::validate_token)]
async fn validate(store: Arc<Store>, token: String) -> Result<OrgId, AuthError> {
    let found = blocking(move || store.find(&token)).await?;
    found.ok_or(AuthError::Unauthenticated)
}

async fn usage(store: Arc<Store>) -> Result<u64, AuthError> {
    let org_id = OrgId::current().ok_or(AuthError::NoOrganization)?;
    blocking(move || store.usage(&org_id)).await
}

/// Runs a query where it may block, with the span of the caller above its own.
async fn blocking<R: Send + 'static>(
    query: impl FnOnce() -> Result<R, AuthError> + Send + 'static,
) -> Result<R, AuthError> {
    let done = context::spawn_blocking(query).await;
    done.unwrap_or(Err(AuthError::Database))
}
