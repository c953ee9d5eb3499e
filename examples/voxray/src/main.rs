//! A voice server over WebRTC: 31 metrics of six subsystems, and answers that stream.
//!
//! `POST /offer` begins a session. Sound comes in, words are recognized ([`models::transcribe`]),
//! an answer is generated ([`models::generate`]) and spoken ([`models::synthesize`]), piece by
//! piece. Histograms measure the first piece, the gaps and the whole. Networks and models are
//! simulated. Their failures depend on the number of the session.
//!
//! `cargo run --bin voxray -- --once` runs eight sessions, prints the metrics and exits.

mod models;
mod session;
mod telemetry;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use clap::{Parser, Subcommand};
use glyph_runtime::artifacts::ArtifactArgs;
use glyph_runtime::config::TelemetryArgs;
use glyph_runtime::http::ServerLayer;
use glyph_runtime::log::Output;
use glyph_runtime::{Telemetry, context, expose::Format};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tower::ServiceExt;

use crate::session::{Session, Uploads, run, upload};
use crate::telemetry::Metrics;

/// Number of sessions of `--once`.
const SESSIONS: usize = 8;
/// Capacity of the upload queue.
const WAITING_UPLOADS: usize = 64;

/// A voice server over WebRTC, all of it measured.
#[derive(Debug, Parser)]
#[command(name = "voxray", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Run eight sessions, print the metrics, and exit.
    #[arg(long, conflicts_with = "listen")]
    once: bool,

    /// Address to serve on; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,

    #[command(flatten)]
    telemetry: TelemetryArgs,
}

/// The state that requests share.
#[derive(Debug)]
struct Server {
    sessions: AtomicU64,
    uploads: Uploads,
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
    let telemetry = Telemetry::builder("voxray")
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(Metrics::global())
        .arguments(cli.telemetry)
        .log(|log| log.output = Output::Stderr)
        .without_listener()
        .install()?;
    let (uploads, waiting) = mpsc::channel(WAITING_UPLOADS);
    let uploader = context::spawn(upload(waiting));
    let router = router(&telemetry, uploads);
    if cli.once {
        for _ in 0..SESSIONS {
            let offer = Request::post("/offer").body(Body::empty())?;
            router.clone().oneshot(offer).await?;
        }
        // The uploader ends with the last session.
        drop(router);
        uploader.await?;
        write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    } else {
        let listener = TcpListener::bind(cli.listen).await?;
        writeln!(
            io::stdout(),
            "listening on http://{}",
            listener.local_addr()?
        )?;
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            signal = telemetry.until_signal(Duration::ZERO) => signal?,
        }
    }
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

fn router(telemetry: &Telemetry, uploads: Uploads) -> Router {
    let server = Server {
        sessions: AtomicU64::new(0),
        uploads,
    };
    let layers = ServerLayer::new(Metrics::global().http)
        .excluded_paths(["/healthz", "/readyz", "/metrics"]);
    Router::new()
        .route("/offer", post(offer))
        .with_state(Arc::new(server))
        .merge(telemetry.router())
        .layer(layers)
}

/// Begins a session. It continues after the response, in the trace of the request.
async fn offer(State(server): State<Arc<Server>>) -> StatusCode {
    let number = server.sessions.fetch_add(1, Ordering::Relaxed);
    context::spawn(run(Session::new(number), server.uploads.clone()));
    StatusCode::CREATED
}
