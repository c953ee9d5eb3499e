//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use glyph_runtime::artifacts::ArtifactArgs;
use glyph_runtime::config::TelemetryArgs;

use crate::fault::Fault;

/// A proxy of language models with its authentication service.
///
/// Without a command, both services are started as processes of their own.
#[derive(Debug, Parser)]
#[command(name = "ibex", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Send a few requests through both services in one process, print the metrics, and exit.
    #[arg(long, conflicts_with_all = ["listen", "auth_listen", "grpc_listen", "fault", "database", "upstream_url", "redis_url"])]
    pub(crate) once: bool,

    /// Address of the proxy.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Address of the pages of the authentication service.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    pub(crate) auth_listen: SocketAddr,

    /// Address at which the authentication service is called.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8083")]
    pub(crate) grpc_listen: SocketAddr,

    /// Make a failure happen.
    #[arg(long, value_name = "NAME", value_enum)]
    pub(crate) fault: Option<Fault>,

    /// File of the tokens; see `ibex auth --help`.
    #[arg(long, value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,

    /// Model server; see `ibex proxy --help`.
    #[arg(long, value_name = "URL")]
    pub(crate) upstream_url: Option<String>,

    /// Redis for the rate limit; see `ibex proxy --help`.
    #[arg(long, value_name = "URL")]
    pub(crate) redis_url: Option<String>,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the authentication service.
    Auth(AuthArgs),
    /// Run the proxy.
    Proxy(ProxyArgs),
    /// Create tokens, and print them.
    Token(TokenArgs),
    /// Write the dashboard, rules and reference, or check the written files.
    Artifacts(ArtifactArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AuthArgs {
    /// Address of the pages; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    pub(crate) listen: SocketAddr,

    /// Address of the gRPC service; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8083")]
    pub(crate) grpc_listen: SocketAddr,

    /// Database file of the tokens. Without it, a temporary file has the tokens `token-acme` and
    /// `token-umbra`.
    #[arg(long, value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,

    /// Make a failure happen: database.
    #[arg(long, value_name = "NAME", value_enum, hide_possible_values = true)]
    pub(crate) fault: Option<Fault>,

    /// End when the standard input ends.
    #[arg(long, hide = true)]
    pub(crate) child: bool,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ProxyArgs {
    /// Address of the proxy and its pages; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Host and port of the authentication service.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8083")]
    pub(crate) auth_address: String,

    /// Model server with `/v1/chat/completions`, over HTTP without TLS. Without it, one of the
    /// process answers by rules.
    #[arg(long, value_name = "URL")]
    pub(crate) upstream_url: Option<String>,

    /// Milliseconds to wait for the head of the model's response.
    #[arg(long, value_name = "MS", default_value = "30000")]
    pub(crate) upstream_timeout: u64,

    /// Redis that counts requests for the rate limit. Without it, the process counts.
    #[arg(long, value_name = "URL")]
    pub(crate) redis_url: Option<String>,

    /// Requests of an organization in a window of the rate limit.
    #[arg(long, value_name = "COUNT", default_value = "600")]
    pub(crate) rate_limit: u64,

    /// Seconds of a window of the rate limit. It begins with an organization's first request.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rate_window: u64,

    /// Make a failure happen: auth, redis, rate-limit, retry, model-busy, model-failing, model-cut or
    /// model-slow.
    #[arg(long, value_name = "NAME", value_enum, hide_possible_values = true)]
    pub(crate) fault: Option<Fault>,

    /// End when the standard input ends.
    #[arg(long, hide = true)]
    pub(crate) child: bool,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// Database file of the tokens.
    #[arg(long, value_name = "FILE")]
    pub(crate) database: PathBuf,

    /// Id of the organization.
    #[arg(long, value_name = "ID")]
    pub(crate) org: String,

    /// Number of tokens.
    #[arg(long, value_name = "COUNT", default_value = "1")]
    pub(crate) count: u32,
}
