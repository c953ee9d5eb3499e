//! A voice server over WebRTC: 31 metrics of six subsystems, and answers that stream.
//!
//! `POST /offer` begins a session over WebRTC, `GET /ws` one over a WebSocket. Sound comes in, words
//! are recognized ([`stages::stt`]), an answer is generated ([`stages::llm`]) and spoken
//! ([`stages::tts`]), piece by piece. Histograms measure the first piece, the gaps and the whole.
//! Recordings are uploaded to a store. `--fault` makes each of the failures happen.
//!
//! `cargo run -p voxray -- --once` runs eight sessions, prints the metrics and exits.

mod audio;
mod cli;
mod client;
mod fault;
mod once;
mod recordings;
mod server;
mod session;
mod stages;
mod telemetry;
mod transport;

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

use clap::Parser;
use glyph_example_model::Model as EmbeddedModel;
use glyph_runtime::config::TelemetryArgs;
use glyph_runtime::log::Output;
use glyph_runtime::{Telemetry, context, expose::Format};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::cli::{Cli, Command, Settings};
use crate::recordings::store::Store;
use crate::recordings::{Uploader, Uploads};
use crate::server::Server;
use crate::telemetry::Metrics;

/// Time between two tokens of the embedded model.
const PACE: Duration = Duration::from_millis(2);
/// Time for sessions and uploads to end.
const GRACE: Duration = Duration::from_secs(8);

type Ended = Result<(), Box<dyn Error>>;

#[tokio::main]
async fn main() -> Ended {
    let cli = Cli::parse();
    match &cli.command {
        Some(Command::Artifacts(arguments)) => {
            let messages = arguments.run(&telemetry::artifacts())?;
            Ok(writeln!(io::stdout(), "{}", messages.join("\n"))?)
        }
        Some(Command::Call(call)) => {
            let report = client::call(call).await;
            Ok(writeln!(
                io::stdout(),
                "{}",
                serde_json::to_string(&report)?
            )?)
        }
        Some(Command::Speak(speak)) => Ok(client::file::write(speak)?),
        None => serve(cli).await,
    }
}

async fn serve(cli: Cli) -> Ended {
    let telemetry = installed(cli.telemetry, cli.once)?;
    let (server, uploader) = start(&cli.settings).await?;
    let address = if cli.once {
        (std::net::Ipv4Addr::LOCALHOST, 0).into()
    } else {
        cli.listen
    };
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, server.router(&telemetry));
    let serving = serving.with_graceful_shutdown(async {
        let _stopped_or_dropped = stopped.await;
    });
    let serving = tokio::spawn(serving.into_future());
    let mut failed = None;
    if cli.once {
        failed = once::talk(address).await;
    } else {
        writeln!(io::stdout(), "listening on http://{address}")?;
        telemetry.until_signal(Duration::ZERO).await?;
    }
    drop(stop);
    end(serving, uploader).await;
    if cli.once {
        write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    }
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    match failed {
        Some(failed) if cli.settings.fault.is_none() => Err(failed.into()),
        _ => Ok(()),
    }
}

fn installed(arguments: TelemetryArgs, once: bool) -> Result<Telemetry, Box<dyn Error>> {
    let builder = Telemetry::builder("voxray")
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(Metrics::global())
        .arguments(arguments)
        .log(|log| log.output = Output::Stderr);
    let builder = if once {
        builder.without_listener()
    } else {
        builder.listener_for_console()
    };
    Ok(builder.install()?)
}

/// Starts all but the server itself: the uploader, and the model and the store if they are not other
/// programs.
async fn start(settings: &Settings) -> Result<(Server, JoinHandle<()>), Box<dyn Error>> {
    let llm = match &settings.llm_url {
        Some(url) => url.clone(),
        None => EmbeddedModel::new().pace(PACE).start().await?,
    };
    let store = match &settings.store_url {
        Some(url) => url.clone(),
        None => Store::start(settings.fault).await?,
    };
    let (uploads, waiting) = Uploads::new();
    let limit = Duration::from_millis(settings.store_timeout);
    let uploader = context::spawn(Uploader::new(&store, limit)?.run(waiting));
    Ok((Server::new(settings, &llm, uploads)?, uploader))
}

/// Ends the sessions, and uploads what they recorded.
async fn end(serving: JoinHandle<io::Result<()>>, uploader: JoinHandle<()>) {
    let ended = async {
        // The sessions end with the server, and the uploader with the last session.
        let _served = serving.await;
        let _uploaded = uploader.await;
    };
    if timeout(GRACE, ended).await.is_err() {
        tracing::warn!("sessions were cut off at the end of the program");
    }
}
