//! The options of the services.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::HeaderValue;
use clap::Args;
use glyph_runtime::config::TelemetryArgs;

use crate::fault::Fault;

/// The options of the services. Those that a service does not need have no effect.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Address to serve on, of the gateway if all services run; port 0 picks a free port. Default
    /// port: 8081 of the gateway, 8083 of the content service, 8084 of the ingest service.
    #[arg(long, value_name = "ADDR", overrides_with = "listen")]
    pub(crate) listen: Option<SocketAddr>,

    /// Address of the content service, if all services run.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) content_listen: SocketAddr,

    /// Address of the ingest service, if all services run.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) ingest_listen: SocketAddr,

    /// Where the gateway finds the content service.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8083",
        overrides_with = "content"
    )]
    pub(crate) content: String,

    /// A model server with `/v1/chat/completions`, over HTTP without TLS. Default: one in the process of
    /// the gateway, which answers by rules.
    #[arg(long, value_name = "URL")]
    pub(crate) llm_url: Option<String>,

    /// The file of the graph, which the content and the ingest service share. Default: a temporary
    /// one.
    #[arg(long, value_name = "FILE", overrides_with = "graph")]
    pub(crate) graph: Option<PathBuf>,

    /// The most bytes of the graph.
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    pub(crate) graph_limit: u64,

    /// The number of connections to the graph.
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) connections: u32,

    /// The text to load: a verse a line, its name, its words and the names of verses that it refers
    /// to, separated by tabs. Default: a short one that the program has.
    #[arg(long, value_name = "FILE")]
    pub(crate) text: Option<PathBuf>,

    /// A certificate in PEM whose end is watched.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,

    /// Where the page sends what it collects, in Faro's format. Empty: nowhere. Default: to the gateway.
    #[arg(
        long,
        env = "NEXT_PUBLIC_FARO_COLLECTOR_URL",
        hide_env_values = true,
        value_name = "URL",
        default_value = "/collect",
        overrides_with = "collector"
    )]
    pub(crate) collector: String,

    /// Origin of a page that may send to the gateway from another address, such as
    /// `http://localhost:3000`. Repeat it for more.
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: Vec<HeaderValue>,

    /// A script that reports for the page, in place of the page's own.
    #[arg(long, value_name = "FILE", overrides_with = "reporter")]
    pub(crate) reporter: Option<PathBuf>,

    /// Make this failure happen.
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) fault: Option<Fault>,

    /// How often the service was started, by the process that starts it again.
    #[arg(long, hide = true, default_value_t = 1, overrides_with = "starts")]
    pub(crate) starts: u64,

    /// End when the standard input ends, which is when the parent has gone.
    #[arg(long, hide = true)]
    pub(crate) child: bool,
}

/// The command line of a service.
#[derive(Clone, Debug, Args)]
pub(crate) struct Process {
    #[command(flatten)]
    pub(crate) options: Options,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

/// A service of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Gateway,
    Content,
    Ingest,
}

impl Role {
    /// Returns its name in the telemetry and on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Content => "content",
            Self::Ingest => "ingest",
        }
    }

    /// Returns the address that it serves on, if it is not started with others.
    pub(crate) fn address(self, options: &Options) -> SocketAddr {
        let port = match self {
            Self::Gateway => 8081,
            Self::Content => 8083,
            Self::Ingest => 8084,
        };
        let otherwise = SocketAddr::from(([127, 0, 0, 1], port));
        options.listen.unwrap_or(otherwise)
    }

    /// Returns the address that it serves on if all services are started together.
    pub(crate) fn address_among_all(self, options: &Options) -> SocketAddr {
        match self {
            Self::Gateway => self.address(options),
            Self::Content => options.content_listen,
            Self::Ingest => options.ingest_listen,
        }
    }
}

/// Returns the command line of a child: that of this process, and what differs.
pub(crate) fn of_child(role: Role, changes: &[(&str, String)]) -> Vec<OsString> {
    let mut arguments = vec![role.name().into()];
    arguments.extend(std::env::args_os().skip(1));
    arguments.push("--child".into());
    for (name, value) in changes {
        arguments.push(name.into());
        arguments.push(value.into());
    }
    arguments
}
