//! A proxy that sends captured flows to plugins, and forwards the requests of plugins.
//!
//! Spans follow a flow from its capture ([`bus::Bus::capture`]) through the plugins' queues to
//! their requests ([`netgate::Netgate::request`]), including waits for rate limits.
//! `--trace-endpoint`, `--trace-file` and similar options set the destination of spans,
//! `--audit-file` that of the audit trail. Without a
//! destination there are no spans. Exemplars, spans and audit lines have the same ids.
//!
//! `cargo run --bin xgen -- --once` replays a dozen flows, prints the metrics and exits.

mod bus;
mod netgate;
mod telemetry;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use glyph_runtime::artifacts::ArtifactArgs;
use glyph_runtime::config::{Setting, TelemetryArgs};
use glyph_runtime::log::{Audit, Output};
use glyph_runtime::{Telemetry, audit, expose::Format};

use crate::bus::{Bus, load_flows, write_cases, write_flows};
use crate::netgate::Netgate;
use crate::telemetry::BusMetrics;

/// Plugins and their hosts.
const PLUGINS: [(&str, &str); 3] = [
    ("headers", "lists.example"),
    ("secrets", "vault.example"),
    ("links", "gone.example"),
];

/// Number of flows in a replay.
const FLOWS: u32 = 12;

/// A proxy that sends flows to plugins.
#[derive(Debug, Parser)]
#[command(name = "xgen", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Replay the flows once, print the metrics, and exit.
    #[arg(long, conflicts_with = "listen")]
    once: bool,

    /// Address of metrics and probes; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9464")]
    listen: SocketAddr,

    /// File of the audit trail; without it, audit lines are in the log.
    #[arg(long, value_name = "PATH")]
    audit_file: Option<PathBuf>,

    /// File to export the replayed flows to, one JSON object a line; without it, none is written.
    #[arg(long, value_name = "PATH")]
    flows_file: Option<PathBuf>,

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
    let once = cli.once;
    let flows_file = cli.flows_file.clone();
    let telemetry = install(cli)?;
    let netgate = Arc::new(Netgate::default());
    let mut bus = Bus::start(&netgate, &PLUGINS);
    audit!(action = "start", plugins = PLUGINS.len(), "proxy started");
    if once {
        replay(&bus, flows_file.as_deref()).await?;
    } else {
        if let Some(address) = telemetry.local_addr() {
            writeln!(io::stdout(), "listening on http://{address}")?;
        }
        tokio::select! {
            replayed = repeat(&bus, flows_file.as_deref()) => replayed?,
            signal = telemetry.until_signal(Duration::ZERO) => signal?,
        }
    }
    bus.drain().await;
    if once {
        write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    }
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

/// Variables of the environment that ask for spans.
const DESTINATIONS: [&str; 4] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
    "GLYPH_TRACES_FILE",
];

/// Returns whether the command line or the environment says where spans go. Otherwise there are none.
fn has_destination(arguments: &TelemetryArgs) -> bool {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    arguments.trace_endpoint.is_some()
        || arguments.trace_file.is_some()
        || DESTINATIONS.iter().any(is_set)
}

fn install(cli: Cli) -> Result<Telemetry, Box<dyn Error>> {
    let ratio = if has_destination(&cli.telemetry) {
        "1"
    } else {
        "0"
    };
    let builder = Telemetry::builder("xgen")
        .env_default(Setting::SampleRatio, ratio)
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(BusMetrics::global())
        .arguments(cli.telemetry)
        .log(|log| {
            log.output = Output::Stderr;
            log.audit = cli.audit_file.map(Audit::file);
        });
    let builder = if cli.once {
        builder.without_listener()
    } else {
        builder.listener(cli.listen)
    };
    Ok(builder.install()?)
}

async fn replay(bus: &Bus, file: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let flows = load_flows(FLOWS);
    for flow in &flows {
        bus.capture(*flow).await?;
    }
    if let Some(file) = file {
        write_flows(&flows, file)?;
    }
    write_cases(&flows);
    Ok(())
}

async fn repeat(bus: &Bus, file: Option<&Path>) -> Result<(), Box<dyn Error>> {
    loop {
        replay(bus, file).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
