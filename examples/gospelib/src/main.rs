//! Three services with a page for browsers, for a stack of logs, metrics and traces that many
//! environments share.
//!
//! A browser's request goes through the gateway ([`gateway`]) to the texts ([`content`]) and their
//! graph ([`graph`]), as one trace, which begins with the browser's own spans ([`browser`]). The
//! ingest ([`ingest`]) loads texts into the graph. The catalog ([`telemetry`]) declares the metrics,
//! alerts and panels. `artifacts DIR` writes them, each grouped by `env`.
//!
//! `gospelib` starts the three services as processes and keeps them running ([`supervise`]). With
//! `SENTRY_DSN`, each sends its errors to Sentry ([`errors`]).
//! `gospelib --once` runs them in one process on free ports, uses them, prints the metrics and exits.

mod browser;
mod cache;
mod content;
mod errors;
mod fault;
mod gateway;
mod graph;
mod ingest;
mod model;
mod once;
mod options;
mod page;
mod peer;
mod process;
mod service;
mod supervise;
mod telemetry;
mod watch;

use std::error::Error;
use std::io::{self, Write};

use clap::{Parser, Subcommand};
use glyph_runtime::artifacts::ArtifactArgs;

use crate::options::{Process, Role};

/// A library of texts: gateway, content and ingest.
#[derive(Debug, Parser)]
#[command(name = "gospelib", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Run all services in this process, use them once, print the metrics, and exit.
    #[arg(long, conflicts_with = "listen")]
    once: bool,

    #[command(flatten)]
    process: Process,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page and its requests.
    Gateway(Box<Process>),
    /// Serve the texts.
    Content(Box<Process>),
    /// Load texts into the graph.
    Ingest(Box<Process>),
    /// Write the dashboard, rules and reference, or check the written files.
    Artifacts(Box<ArtifactArgs>),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Cli {
        command,
        once,
        process,
    } = Cli::parse();
    match command {
        Some(Command::Gateway(process)) => process::run(Role::Gateway, *process).await,
        Some(Command::Content(process)) => process::run(Role::Content, *process).await,
        Some(Command::Ingest(process)) => process::run(Role::Ingest, *process).await,
        Some(Command::Artifacts(arguments)) => {
            let messages = arguments.run(&telemetry::artifacts())?;
            Ok(writeln!(io::stdout(), "{}", messages.join("\n"))?)
        }
        None if once => once::run(process).await,
        None => supervise::run(process).await,
    }
}
