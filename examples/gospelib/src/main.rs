//! Services with a gateway, for a stack of logs, metrics and traces that many environments share.
//!
//! A browser's request goes through the gateway ([`gateway`]) to the texts ([`content`]) and their
//! graph, as one trace. The catalog ([`telemetry`]) declares the metrics, alerts and panels.
//! `artifacts DIR` writes them, each grouped by `env`.
//!
//! `cargo run --bin gospelib -- --once` sends a few requests, prints the metrics and exits.

mod content;
mod gateway;
mod service;
mod telemetry;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use clap::{Parser, Subcommand};
use glyph_runtime::artifacts::ArtifactArgs;
use glyph_runtime::config::{Setting, TelemetryArgs};
use glyph_runtime::http::ClientMetrics;
use glyph_runtime::log::{FieldNames, LevelCase, LineShape, Output};
use glyph_runtime::{Telemetry, expose::Format};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::content::Graph;
use crate::service::{CONTENT, Peer};
use crate::telemetry::{Host, ServiceMetrics};

/// The paths that `--once` requests.
const PATHS: [&str; 7] = [
    "/passages/gen.1.1",
    "/passages/ps.23.1",
    "/passages/jn.1.1",
    "/passages/not.9.9",
    "/passages/stuck.1.1",
    "/ask/grace",
    "/ask/nothing",
];

/// The trace of the browser's requests.
const BROWSER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Services with a gateway.
#[derive(Debug, Parser)]
#[command(name = "gospelib", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Send a few requests, print the metrics, and exit.
    #[arg(long, conflicts_with = "listen")]
    once: bool,

    /// Address to serve on; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,

    #[command(flatten)]
    telemetry: TelemetryArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the dashboard, rules and reference, or check the written files.
    Artifacts(ArtifactArgs),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    if let Some(Command::Artifacts(arguments)) = &cli.command {
        let messages = arguments.run(&telemetry::artifacts())?;
        return Ok(writeln!(io::stdout(), "{}", messages.join("\n"))?);
    }
    let graph = Graph::open();
    let telemetry = install(&graph, cli.telemetry)?;
    watch_hosts();
    graph.ingest(31_102).await?;
    let content = Peer::new(&CONTENT, content::router(Arc::clone(&graph)));
    let gateway = gateway::router(content);
    if cli.once {
        for path in PATHS {
            let request = Request::get(path).header("traceparent", BROWSER);
            gateway
                .clone()
                .oneshot(request.body(Body::empty())?)
                .await?;
        }
        write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    } else {
        serve(&telemetry, gateway, cli.listen).await?;
    }
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

fn install(graph: &Arc<Graph>, arguments: TelemetryArgs) -> Result<Telemetry, Box<dyn Error>> {
    let graph = Arc::clone(graph);
    let telemetry = Telemetry::builder("gospelib")
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(ServiceMetrics::global())
        .catalog(ClientMetrics::global())
        .env_alias("GOSPELIB_TEMPO_OTLP_ENDPOINT", Setting::Endpoint)
        .arguments(arguments)
        .check("graph", move || {
            let graph = Arc::clone(&graph);
            async move { graph.ping() }
        })
        .log(|log| {
            log.output = Output::Stderr;
            log.shape = line_shape();
        })
        .without_listener()
        .install()?;
    Ok(telemetry)
}

/// Returns the shape of log lines that the queries of the stack expect: `level="error"`,
/// `latency_ms > 500`.
fn line_shape() -> LineShape {
    LineShape {
        names: FieldNames {
            duration: Some("latency_ms".into()),
            ..FieldNames::short()
        },
        level: LevelCase::Lower,
        ..LineShape::default()
    }
}

/// Sets the metrics that an exporter on each host would set.
fn watch_hosts() {
    let metrics = ServiceMetrics::global();
    metrics.restarts.inc();
    for host in ["gateway-0", "content-0"] {
        metrics.disk_usage.set(Host { host }, 0.42);
        let lifetime = Duration::from_secs(60 * 24 * 3600);
        let lifetime = lifetime.as_secs_f64();
        metrics.certificate_lifetime.set(Host { host }, lifetime);
    }
}

async fn serve(
    telemetry: &Telemetry,
    gateway: Router,
    address: SocketAddr,
) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address).await?;
    writeln!(
        io::stdout(),
        "listening on http://{}",
        listener.local_addr()?
    )?;
    let router = telemetry.router().merge(gateway);
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        signal = telemetry.until_signal(Duration::ZERO) => signal?,
    }
    Ok(())
}
