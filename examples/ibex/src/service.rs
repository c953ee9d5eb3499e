//! The life of a service: telemetry, a signal, and the end of what was accepted.

use std::error::Error;
use std::io;
use std::pin::pin;
use std::thread;
use std::time::Duration;

use axum::Router;
use glyph_runtime::config::{Environment, Setting, TelemetryArgs};
use glyph_runtime::log::Output;
use glyph_runtime::{Telemetry, TelemetryBuilder};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use crate::errors;
use crate::telemetry::Metrics;

/// How long requests may take after a signal.
const GRACE: Duration = Duration::from_secs(10);

/// The result of a service.
pub(crate) type Ended = Result<(), Box<dyn Error>>;

/// Returns the telemetry of a service, to be installed. All services have the same catalog and
/// variables.
pub(crate) fn telemetry(
    name: &'static str,
    arguments: TelemetryArgs,
    output: Output,
) -> TelemetryBuilder {
    let builder = Telemetry::builder(name)
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(Metrics::global())
        .environment(variables())
        .arguments(arguments)
        .log(|log| log.output = output)
        .without_listener();
    errors::reported(builder)
}

/// The variables of all services.
pub(crate) fn variables() -> Environment<'static> {
    Environment::of_process()
        .alias("IBEX_SERVICE_NAME", Setting::ServiceName)
        .alias(
            "OTEL_DEPLOYMENT_ENVIRONMENT",
            Setting::DeploymentEnvironment,
        )
        .alias("IBEX_ENV", Setting::DeploymentEnvironment)
        .alias("IBEX_LOG_LEVEL", Setting::LogLevel)
        .alias("IBEX_LOG_FORMAT", Setting::LogFormat)
        .alias("OTEL_SAMPLE_RATIO", Setting::SampleRatio)
        .default_value(Setting::SampleRatio, "0.01")
        .default_value(Setting::LogFormat, "json")
        .default_value(Setting::Protocol, "grpc")
}

/// Ends when the service has to accept no more.
#[derive(Clone, Debug)]
pub(crate) struct Stopped(watch::Receiver<()>);

impl Stopped {
    pub(crate) async fn wait(mut self) {
        let _sender_is_gone = self.0.changed().await;
    }
}

/// Serves until a signal, or until the parent of a child is gone. Requests that were accepted until
/// then get their responses.
pub(crate) async fn run<F: Future<Output = Ended>>(
    telemetry: &Telemetry,
    is_child: bool,
    serve: impl FnOnce(Stopped) -> F,
) -> Ended {
    Metrics::global().process_up.set(1);
    let (stop, stopped) = watch::channel(());
    let mut serving = pin!(serve(Stopped(stopped)));
    tokio::select! {
        served = serving.as_mut() => return served,
        asked = until_asked(telemetry, is_child) => asked?,
    }
    drop(stop);
    if let Ok(served) = timeout(GRACE, serving).await {
        served?;
    } else {
        tracing::warn!(seconds = GRACE.as_secs(), "requests were cut off");
    }
    tracing::info!("shutdown");
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

async fn until_asked(telemetry: &Telemetry, is_child: bool) -> io::Result<()> {
    let signal = telemetry.until_signal(Duration::ZERO);
    if !is_child {
        return signal.await;
    }
    tokio::select! {
        signal = signal => signal,
        () = until_parent_is_gone() => {
            telemetry.start_draining();
            Ok(())
        }
    }
}

/// Waits for the end of the standard input, which the parent holds open.
async fn until_parent_is_gone() {
    let (sender, gone) = oneshot::channel();
    // Not one of tokio's threads, which the end of the program would wait for.
    thread::spawn(move || {
        let _error_is_an_end_as_well = io::copy(&mut io::stdin(), &mut io::sink());
        let _program_has_ended = sender.send(());
    });
    let _sent_or_dropped = gone.await;
}

/// Serves routes over HTTP.
pub(crate) async fn pages(listener: TcpListener, routes: Router, stopped: Stopped) -> Ended {
    let server = axum::serve(listener, routes).with_graceful_shutdown(stopped.wait());
    Ok(server.await?)
}
