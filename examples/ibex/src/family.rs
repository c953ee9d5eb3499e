//! Both services as children of this process, for a first look.

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use clap::ValueEnum;
use glyph_runtime::config::TelemetryArgs;
use glyph_runtime::log::Output;
use tokio::process;
use tokio::time::timeout;

use crate::cli::Cli;
use crate::service::{self, Ended};

/// How long a child may take to end, which is longer than its requests may.
const GRACE: Duration = Duration::from_secs(15);

/// A service that runs as a child.
struct Child {
    name: &'static str,
    process: process::Child,
    /// The child ends when this is closed. `wait` would close it if it were in `process`.
    input: Option<process::ChildStdin>,
}

/// The arguments of a child.
#[derive(Default)]
struct Arguments(Vec<OsString>);

/// Runs until a signal, or until a child ends by itself.
pub(crate) async fn run(cli: Cli) -> Ended {
    let (auth, proxy) = arguments(&cli);
    let telemetry = service::telemetry("ibex", cli.telemetry, Output::Stdout).install()?;
    let mut auth = Child::start("auth", auth)?;
    let mut proxy = Child::start("proxy", proxy)?;
    let ended = tokio::select! {
        signal = telemetry.until_signal(Duration::ZERO) => signal.map_err(Into::into),
        status = auth.process.wait() => Err(auth.ended(status)),
        status = proxy.process.wait() => Err(proxy.ended(status)),
    };
    // The proxy first: its requests need the other.
    proxy.stop().await?;
    auth.stop().await?;
    let _report = telemetry.shutdown().await;
    ended
}

fn arguments(cli: &Cli) -> (Arguments, Arguments) {
    let fault = cli
        .fault
        .and_then(|fault| Some((fault, fault.to_possible_value()?.get_name().to_owned())));
    let of_auth = fault.as_ref().filter(|(fault, _)| fault.is_of_auth());
    let of_proxy = fault.as_ref().filter(|(fault, _)| !fault.is_of_auth());
    let auth = Arguments::default()
        .with("--listen", Some(cli.auth_listen.to_string()))
        .with("--grpc-listen", Some(cli.grpc_listen.to_string()))
        .with("--database", cli.database.as_ref())
        .with("--fault", of_auth.map(|(_, name)| name))
        .traced(&cli.telemetry);
    let proxy = Arguments::default()
        .with("--listen", Some(cli.listen.to_string()))
        .with("--auth-address", Some(cli.grpc_listen.to_string()))
        .with("--upstream-url", cli.upstream_url.as_ref())
        .with("--redis-url", cli.redis_url.as_ref())
        .with("--fault", of_proxy.map(|(_, name)| name))
        .traced(&cli.telemetry);
    (auth, proxy)
}

impl Arguments {
    fn with(mut self, name: &str, value: Option<impl Into<OsString>>) -> Self {
        if let Some(value) = value {
            self.0.extend([OsString::from(name), value.into()]);
        }
        self
    }

    /// Adds what the command line says of traces. The environment has the rest.
    fn traced(self, telemetry: &TelemetryArgs) -> Self {
        let ratio = telemetry.trace_sample_ratio.map(|ratio| ratio.to_string());
        self.with("--trace-endpoint", telemetry.trace_endpoint.as_ref())
            .with("--trace-sample-ratio", ratio)
            .with("--trace-file", telemetry.trace_file.as_ref())
    }
}

impl Child {
    fn start(name: &'static str, Arguments(arguments): Arguments) -> io::Result<Self> {
        let mut command = process::Command::new(env::current_exe()?);
        command
            .arg(name)
            .arg("--child")
            .args(arguments)
            .stdin(Stdio::piped())
            .kill_on_drop(true);
        // Ctrl-C ends this process, which ends its children in their order.
        #[cfg(unix)]
        command.process_group(0);
        let mut process = command.spawn()?;
        tracing::info!(service = name, pid = process.id(), "process started");
        let input = process.stdin.take();
        Ok(Self {
            name,
            process,
            input,
        })
    }

    fn ended(&self, status: io::Result<ExitStatus>) -> Box<dyn std::error::Error> {
        let status = match status {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::error!(service = self.name, status, "process ended");
        format!("the process of {} ended: {status}", self.name).into()
    }

    /// Closes the standard input, at whose end the child ends.
    async fn stop(mut self) -> io::Result<()> {
        drop(self.input.take());
        if let Ok(ended) = timeout(GRACE, self.process.wait()).await {
            ended?;
            return Ok(());
        }
        tracing::warn!(service = self.name, "process killed");
        self.process.kill().await
    }
}
