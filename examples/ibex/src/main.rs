//! Two services: a proxy for models, and the authentication service that it calls over gRPC.
//!
//! A request has one id and one trace from the proxy to the authentication's database, in every log
//! line and on every response. Route templates name the spans. The organization of a request is in
//! log lines, spans and the metadata of gRPC. It cannot be a label: its type and the catalog forbid
//! that.
//!
//! Besides `OTEL_*` the program reads its own variables: `IBEX_SERVICE_NAME`, `IBEX_ENV`,
//! `IBEX_LOG_LEVEL`, `IBEX_LOG_FORMAT`, `OTEL_DEPLOYMENT_ENVIRONMENT` and `OTEL_SAMPLE_RATIO`. With
//! `SENTRY_DSN`, errors go to Sentry.
//! `ibex auth` and `ibex proxy` each run a service, and `ibex` alone starts both.
//! `cargo run -p ibex -- --once` sends a few requests, prints the metrics and exits.

mod auth;
mod cli;
mod errors;
mod family;
mod fault;
mod once;
mod proxy;
mod service;
mod telemetry;

use std::error::Error;
use std::io::{self, Write};

use clap::Parser;

use crate::cli::{Cli, Command};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Auth(arguments)) => {
            let _until_the_end = errors::client("auth")?;
            auth::run(arguments).await
        }
        Some(Command::Proxy(arguments)) => {
            let _until_the_end = errors::client("proxy")?;
            proxy::run(arguments).await
        }
        Some(Command::Token(arguments)) => auth::create_tokens(&arguments),
        Some(Command::Artifacts(arguments)) => {
            let messages = arguments.run(&telemetry::artifacts())?;
            Ok(writeln!(io::stdout(), "{}", messages.join("\n"))?)
        }
        None if cli.once => once::run(cli.telemetry).await,
        None => {
            let _until_the_end = errors::client("ibex")?;
            family::run(cli).await
        }
    }
}
