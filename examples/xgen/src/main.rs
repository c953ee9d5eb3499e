//! A forward proxy that captures flows, and hands them to plugins in processes of their own.
//!
//! Spans follow a flow from its capture ([`proxy`]) through the plugins' queues ([`bus`]) to their
//! processes ([`supervisor`]) and their requests ([`netgate`]), including waits for rate limits.
//! `--trace-endpoint`, `--trace-file` and similar options set the destination of spans,
//! `--audit-file` that of the audit trail. Without a destination there are no spans. Exemplars, spans
//! and audit lines have the same ids.
//!
//! `cargo run -p xgen -- --once` captures a dozen flows, replays them, prints the metrics and exits.

mod bus;
mod cli;
mod fault;
mod flow;
mod netgate;
mod origin;
mod plugin;
mod process;
mod protocol;
mod proxy;
mod replay;
mod supervisor;
mod system;
mod tee;
mod telemetry;

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clap::Parser;
use glyph_runtime::config::{Setting, TelemetryArgs};
use glyph_runtime::log::{Audit, Output};
use glyph_runtime::trace::chrome;
use glyph_runtime::{Telemetry, expose::Format};

use crate::bus::Bus;
use crate::cli::{Cli, Command};
use crate::plugin::Plugin;
use crate::system::System;
use crate::telemetry::BusMetrics;

fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Artifacts(arguments)) => {
            let messages = arguments.run(&telemetry::artifacts())?;
            Ok(writeln!(io::stdout(), "{}", messages.join("\n"))?)
        }
        Some(Command::Chrome { file }) => {
            chrome(BufReader::new(File::open(file)?), io::stdout().lock())?;
            Ok(())
        }
        Some(Command::Plugin { plugin, fault }) => Ok(plugin::run(plugin, fault)?),
        None => serve(cli),
    }
}

/// The bus, once it has started. The checks of readiness ask it.
type Started = Arc<OnceLock<Arc<Bus>>>;

#[tokio::main]
async fn serve(mut cli: Cli) -> Result<(), Box<dyn Error>> {
    let started = Started::default();
    let telemetry = install(&mut cli, &started)?;
    if cli.once {
        system::once(cli, &started).await?;
        write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    } else {
        if let Some(address) = telemetry.local_addr() {
            writeln!(io::stdout(), "listening on http://{address}")?;
        }
        let system = System::start(cli, &started).await?;
        telemetry.until_signal(Duration::ZERO).await?;
        system.end().await;
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

fn install(cli: &mut Cli, started: &Started) -> Result<Telemetry, Box<dyn Error>> {
    let ratio = if has_destination(&cli.telemetry) {
        "1"
    } else {
        "0"
    };
    let audit = cli.audit_file.take().map(Audit::file);
    let mut builder = Telemetry::builder("xgen")
        .env_default(Setting::SampleRatio, ratio)
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(BusMetrics::global())
        .arguments(cli.telemetry.clone())
        .log(|log| {
            log.output = Output::Stderr;
            log.audit = audit;
        });
    for plugin in Plugin::ALL {
        let started = Arc::clone(started);
        let name = format!("plugin_{}", plugin.name());
        builder = builder.check(&name, move || {
            let bus = started.get();
            let checked = bus.map_or(Err("not started"), |bus| bus.check(plugin));
            std::future::ready(checked)
        });
    }
    let builder = if cli.once {
        builder.without_listener()
    } else {
        builder.listener(cli.listen)
    };
    Ok(builder.install()?)
}
