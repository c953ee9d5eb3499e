//! Two services: a proxy for models, and the authentication service that it calls over gRPC.
//!
//! A request has one id and one trace from the proxy to the authentication's database, in every log
//! line and on every response. Route templates name the spans. Data of a customer is in log lines
//! and spans. It cannot be a label: its type and the catalog forbid that.
//!
//! Besides `OTEL_*` the program reads its own variables: `IBEX_SERVICE_NAME`, `IBEX_ENV`,
//! `IBEX_LOG_LEVEL`, `IBEX_LOG_FORMAT`, `OTEL_DEPLOYMENT_ENVIRONMENT` and `OTEL_SAMPLE_RATIO`.
//! Both services are in one process, or with `--only auth` and `--only proxy` in two.
//! `cargo run --bin ibex -- --once` sends a few requests, prints the metrics and exits.

mod auth;
mod proxy;
mod telemetry;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use clap::{Parser, Subcommand, ValueEnum};
use glyph_runtime::artifacts::ArtifactArgs;
use glyph_runtime::config::{Setting, TelemetryArgs};
use glyph_runtime::log::Output;
use glyph_runtime::{Telemetry, expose::Format};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::telemetry::Metrics;

const COMPLETIONS: &str = "/v1/chat/completions";
const USAGE: &str = "/v1/organizations/0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10/usage";

/// The requests of `--once`: token and path. The fifth request of one customer exceeds its limit.
const REQUESTS: [(&str, &str); 9] = [
    ("token-acme", COMPLETIONS),
    ("token-acme", USAGE),
    ("token-umbra", COMPLETIONS),
    ("", COMPLETIONS),
    ("token-of-nobody", USAGE),
    (auth::POISON, COMPLETIONS),
    ("token-acme", COMPLETIONS),
    ("token-acme", COMPLETIONS),
    ("token-acme", COMPLETIONS),
];

/// A proxy for models and its authentication service.
#[derive(Debug, Parser)]
#[command(name = "ibex", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Send a few requests, print the metrics, and exit.
    #[arg(long, conflicts_with = "listen")]
    once: bool,

    /// Run only this service; without it both are in this process.
    #[arg(long, value_enum, conflicts_with = "once")]
    only: Option<Service>,

    /// Address to serve on; port 0 picks a free port. The default port is 8080, and 8081 with
    /// `--only auth`.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Address of the authentication service; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    auth_listen: SocketAddr,

    /// Address of an authentication service that runs already.
    #[arg(long, value_name = "ADDR", conflicts_with = "auth_listen")]
    auth_address: Option<SocketAddr>,

    #[command(flatten)]
    telemetry: TelemetryArgs,
}

/// A service of the program, with its name in the telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Service {
    Auth,
    Proxy,
}

impl Cli {
    /// Returns the name of the process in its telemetry.
    fn service(&self) -> &'static str {
        match self.only {
            None => "ibex",
            Some(Service::Auth) => "auth",
            Some(Service::Proxy) => "proxy",
        }
    }

    /// Returns the address to serve on.
    fn address(&self) -> SocketAddr {
        let port = match self.only {
            Some(Service::Auth) => 8081,
            _ => 8080,
        };
        let otherwise = SocketAddr::from(([127, 0, 0, 1], port));
        self.listen.unwrap_or(otherwise)
    }
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
    // The page of `--once` is on the standard output, so its lines are not.
    let output = if cli.once {
        Output::Stderr
    } else {
        Output::Stdout
    };
    let (service, address) = (cli.service(), cli.address());
    let telemetry = install(service, cli.telemetry, output)?;
    Metrics::global().process_up.set(1);
    let auth = match (cli.only, cli.auth_address) {
        (Some(Service::Auth), Some(_)) => {
            return Err("`--only auth` is the service itself: remove `--auth-address`".into());
        }
        (_, Some(address)) => address,
        (_, None) => authenticate(cli.auth_listen).await?,
    };
    let proxy = match cli.only {
        Some(Service::Auth) => Router::new(),
        _ => proxy::router(auth::Client::to(auth)?),
    };
    if cli.once {
        for (number, (token, path)) in (1..).zip(REQUESTS) {
            proxy.clone().oneshot(request(number, token, path)?).await?;
        }
        write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    } else {
        serve(&telemetry, proxy, address, auth).await?;
    }
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

/// Starts the authentication service, and returns its address.
async fn authenticate(address: SocketAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    tokio::spawn(auth::serve(listener));
    Ok(address)
}

fn install(
    service: &'static str,
    arguments: TelemetryArgs,
    output: Output,
) -> Result<Telemetry, Box<dyn Error>> {
    let telemetry = Telemetry::builder(service)
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(Metrics::global())
        .env_alias("IBEX_SERVICE_NAME", Setting::ServiceName)
        .env_alias(
            "OTEL_DEPLOYMENT_ENVIRONMENT",
            Setting::DeploymentEnvironment,
        )
        .env_alias("IBEX_ENV", Setting::DeploymentEnvironment)
        .env_alias("IBEX_LOG_LEVEL", Setting::LogLevel)
        .env_alias("IBEX_LOG_FORMAT", Setting::LogFormat)
        .env_alias("OTEL_SAMPLE_RATIO", Setting::SampleRatio)
        .env_default(Setting::SampleRatio, "0.01")
        .env_default(Setting::LogFormat, "json")
        .env_default(Setting::Protocol, "grpc")
        .arguments(arguments)
        .log(|log| log.output = output)
        .without_listener()
        .install()?;
    Ok(telemetry)
}

fn request(number: u32, token: &str, path: &str) -> Result<Request, axum::http::Error> {
    let request = match path {
        COMPLETIONS => Request::post(path),
        _ => Request::get(path),
    };
    request
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("x-request-id", format!("demo-{number}"))
        .body(Body::empty())
}

async fn serve(
    telemetry: &Telemetry,
    proxy: Router,
    address: SocketAddr,
    auth: SocketAddr,
) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address).await?;
    let address = format!("http://{}", listener.local_addr()?);
    tracing::info!(address, %auth, "startup");
    let router = telemetry.router().merge(proxy);
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        signal = telemetry.until_signal(Duration::ZERO) => signal?,
    }
    Ok(())
}
