//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use glyph_runtime::artifacts::ArtifactArgs;
use glyph_runtime::config::TelemetryArgs;

use crate::fault::Fault;
use crate::netgate::Rate;
use crate::plugin::Plugin;

/// A forward proxy that hands what it captures to plugins.
#[derive(Debug, Parser)]
#[command(name = "xgen", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Send requests to an embedded origin through the proxy, replay them, print the metrics, and exit.
    #[arg(long, conflicts_with_all = ["listen", "proxy", "replay_file"])]
    pub(crate) once: bool,

    /// Address of metrics and probes; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9464")]
    pub(crate) listen: SocketAddr,

    /// Address of the proxy; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8888")]
    pub(crate) proxy: SocketAddr,

    /// File of the audit trail; without it, audit lines are in the log.
    #[arg(long, value_name = "PATH")]
    pub(crate) audit_file: Option<PathBuf>,

    /// File that captured flows are written to, one JSON object a line.
    #[arg(long, value_name = "PATH")]
    pub(crate) flows_file: Option<PathBuf>,

    /// File that findings of plugins are written to, one JSON object a line.
    #[arg(long, value_name = "PATH")]
    pub(crate) cases_file: Option<PathBuf>,

    /// File of flows to hand to the plugins at the start.
    #[arg(long, value_name = "PATH")]
    pub(crate) replay_file: Option<PathBuf>,

    /// A host that plugins may ask, beside that of the flow they inspect; may be repeated.
    #[arg(long, value_name = "HOST")]
    pub(crate) allow_host: Vec<String>,

    /// Requests of plugins in a second.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub(crate) rate: u32,

    /// Requests of plugins to one host in a second.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(crate) host_rate: u32,

    /// Time that an origin has for the head of its response.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// Time that a plugin has for one flow.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) plugin_timeout: Duration,

    /// A failure to make.
    #[arg(long, value_enum)]
    pub(crate) fault: Option<Fault>,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the dashboard, rules and reference, or check the written files.
    Artifacts(ArtifactArgs),

    /// Convert a file of spans for the Chrome trace viewer, and print it.
    Chrome {
        /// The file of `--trace-file`.
        file: PathBuf,
    },

    /// Be a plugin: read flows from standard input. The proxy starts these processes.
    #[command(hide = true)]
    Plugin {
        plugin: Plugin,
        #[arg(long, value_enum)]
        fault: Option<Fault>,
    },
}

impl Cli {
    /// The limits of the netgate: of all requests, and of those to one host.
    pub(crate) fn rates(&self) -> [Rate; 2] {
        const SLOW: Rate = Rate {
            interval: Duration::from_millis(300),
            burst: 1,
        };
        let [all, host] = [self.rate, self.host_rate].map(Rate::per_second);
        match self.fault {
            Some(Fault::RateLimit) => [SLOW, host],
            Some(Fault::HostRateLimit) => [all, SLOW],
            _ => [all, host],
        }
    }

    /// The time limits of origins and of plugins. Faults that are about them shorten them.
    pub(crate) fn limits(&self) -> [Duration; 2] {
        const SHORT: Duration = Duration::from_secs(1);
        match self.fault {
            Some(Fault::OriginSlow) => [SHORT, self.plugin_timeout],
            Some(Fault::PluginHang) => [self.timeout, SHORT],
            _ => [self.timeout, self.plugin_timeout],
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds")?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
