//! The command line.

use std::net::SocketAddr;

use clap::{Parser, Subcommand};
use glyph_runtime::{artifacts::ArtifactArgs, config::TelemetryArgs};

/// A voice pipeline for tabletop games: speech in, a character's answer out, all of it measured.
///
/// Without `--once` the recorded sessions repeat until Ctrl-C. `/metrics`, `/healthz`, `/readyz`
/// and `POST /api/v1/npcs/{npc_id}/speak` are served.
#[derive(Clone, Debug, Parser)]
#[command(name = "glyphoxa", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Play each session once, print the conversation and the duration of each stage, and exit.
    #[arg(long, conflicts_with = "listen")]
    pub(crate) once: bool,

    /// Address to serve on; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Fraction of all provider calls that fail, from 0.0 to 1.0.
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = fail_rate)]
    pub(crate) fail_rate: f64,

    /// Playback speed of the sessions, from 0.1 to 100; 1 is the speed of speech.
    #[arg(long, value_name = "FACTOR", default_value = "4", value_parser = speed)]
    pub(crate) speed: f64,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

/// The commands besides running the pipeline.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the dashboard, rules and reference of the metrics, or check the written files.
    Artifacts(ArtifactArgs),
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

    fn parse(arguments: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("glyphoxa").chain(arguments.split_whitespace()))
    }

    #[test]
    fn default_arguments_serve_on_loopback() {
        let cli = parse("").ok().filter(|cli| !cli.once);
        assert_eq!(
            cli.map(|cli| cli.listen.to_string()).as_deref(),
            Some("127.0.0.1:8080")
        );
    }

    #[test]
    fn numbers_out_of_range_are_rejected() {
        for accepted in [
            "--fail-rate 0",
            "--fail-rate 1.0",
            "--speed 100",
            "--listen [::1]:0",
        ] {
            assert!(parse(accepted).is_ok(), "{accepted}");
        }
        for refused in [
            "--fail-rate 1.1",
            "--fail-rate -0.1",
            "--fail-rate NaN",
            "--fail-rate x",
        ]
        .into_iter()
        .chain([
            "--speed 0",
            "--speed inf",
            "--listen 8080",
            "--once --listen [::1]:0",
        ]) {
            assert!(parse(refused).is_err(), "{refused}");
        }
    }
}
