//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use glyph_runtime::{artifacts::ArtifactArgs, config::TelemetryArgs};
use serde::Deserialize;

use crate::fault::Fault;
use crate::speech::Choice;

/// A voice pipeline for tabletop games: speech in, a character's answer out, all of it measured.
///
/// Without `--once` the recorded sessions repeat until Ctrl-C. `/metrics`, `/healthz`, `/readyz`
/// and `POST /api/v1/npcs/{npc_id}/speak` are served.
#[derive(Clone, Debug, Parser)]
#[command(name = "glyphoxa", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Play each session once, print the metrics and the conversations, and exit.
    #[arg(long, conflicts_with_all = ["listen", "mode"])]
    pub(crate) once: bool,

    /// Read settings from a YAML file. Options of the command line take precedence.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Part of the pipeline that this process runs: all of it (full, the default), the gateway or the worker.
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) mode: Option<Mode>,

    /// Address to serve on; port 0 picks a free port. Default: 127.0.0.1:8080, of a
    /// worker 127.0.0.1:8081.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,

    /// Address of the console, a page that shows this process; port 0 picks a free port. Default: in a debug
    /// build 127.0.0.1:9464 or a free port, else no console.
    #[arg(long, value_name = "ADDR")]
    pub(crate) console: Option<SocketAddr>,

    /// Address at which a worker is called; port 0 picks a free port. Default: 127.0.0.1:9090.
    #[arg(long, value_name = "ADDR")]
    pub(crate) grpc_listen: Option<SocketAddr>,

    /// Host and port of the worker that a gateway calls. Default: 127.0.0.1:9090.
    #[arg(long, value_name = "ADDR")]
    pub(crate) worker: Option<String>,

    /// Tenants whose sessions a gateway plays. Default: acme-corp/curse-of-strahd and
    /// globex/storm-kings-thunder.
    #[arg(long, value_name = "TENANT/CAMPAIGN", value_delimiter = ',')]
    pub(crate) tenants: Option<Vec<String>>,

    /// Programs that recognize and synthesize speech. Default: auto, or embedded with `--once`.
    #[arg(long, value_name = "WHO", value_enum)]
    pub(crate) speech: Option<Choice>,

    /// Model server with `/v1/chat/completions`, over HTTP without TLS. Default: one in this process, which
    /// answers by rules.
    #[arg(long, value_name = "URL")]
    pub(crate) llm_url: Option<String>,

    /// Milliseconds to wait for the whole response of the model. Default: 30000.
    #[arg(long, value_name = "MS")]
    pub(crate) llm_timeout: Option<u64>,

    /// Database file of the spells. Default: a temporary one.
    #[arg(long, value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,

    /// Play no sessions, and answer requests alone.
    #[arg(long, conflicts_with = "once")]
    pub(crate) without_sessions: bool,

    /// Make a failure happen.
    #[arg(long, value_name = "NAME", value_enum)]
    pub(crate) fault: Option<Fault>,

    /// Fraction of all calls of providers and tools that fail, from 0.0 to 1.0.
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = fail_rate)]
    pub(crate) fail_rate: f64,

    /// Playback speed of the sessions, from 0.1 to 100; 1 is the speed of speech.
    #[arg(long, value_name = "FACTOR", default_value = "4", value_parser = speed)]
    pub(crate) speed: f64,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

/// The part of the pipeline that a process runs.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// All in one process, without tenants.
    #[default]
    Full,
    /// The API and the sessions of tenants, which a worker answers.
    Gateway,
    /// The stages of the pipeline, for a gateway.
    Worker,
}

/// The commands besides running the pipeline.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the dashboard, rules and reference of the metrics, or check the written files.
    Artifacts(ArtifactArgs),
    /// Read a text aloud with the embedded synthesizer, and write a WAV file.
    Say {
        /// The text.
        text: String,
        /// The file.
        file: PathBuf,
    },
}

fn fail_rate(text: &str) -> Result<f64, String> {
    number(text, 0.0, 1.0)
}

fn speed(text: &str) -> Result<f64, String> {
    number(text, 0.1, 100.0)
}

fn number(text: &str, least: f64, most: f64) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("give a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_rejected() {
        let is_accepted = |arguments: &str| {
            let arguments = std::iter::once("glyphoxa").chain(arguments.split_whitespace());
            Cli::try_parse_from(arguments).is_ok()
        };
        for accepted in [
            "--fail-rate 0",
            "--fail-rate 1.0",
            "--speed 100",
            "--listen [::1]:0",
            "--mode worker --grpc-listen 127.0.0.1:0",
        ] {
            assert!(is_accepted(accepted), "{accepted}");
        }
        for refused in [
            "--fail-rate 1.1",
            "--fail-rate -0.1",
            "--fail-rate NaN",
            "--fail-rate x",
            "--speed 0",
            "--speed inf",
            "--listen 8080",
            "--once --listen [::1]:0",
            "--once --mode full",
            "--mode half",
        ] {
            assert!(!is_accepted(refused), "{refused}");
        }
    }
}
