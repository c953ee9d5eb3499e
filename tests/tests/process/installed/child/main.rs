//! A service that installs everything as its environment and command line say, then runs one
//! command per line. Each response is one line of JSON.

use std::{
    collections::HashMap,
    error::Error,
    io::{self, BufRead, Write},
    time::Duration,
};

use clap::Parser;
use glyph_runtime::{
    Counter, Histogram, LabelSet, Status, Telemetry, TelemetryBuilder, audit,
    config::{Setting, TelemetryArgs},
    expose::Format,
    instrument_stage,
    log::Output,
    metric_catalog,
    trace::propagation,
};
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

#[derive(LabelSet)]
struct Turn {
    status: Status,
}

#[metric_catalog(namespace = "installed", stages = stage)]
struct Metrics {
    /// Time that a turn takes.
    #[metric(name = "turn.duration", unit = seconds, buckets = [1ms, 1s])]
    #[stage(turn, requests = turns)]
    duration: Histogram,
    /// Turns.
    turns: Counter<Turn>,
}

#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
struct Cli {
    #[command(flatten)]
    telemetry: TelemetryArgs,
    /// Use the service's own variable names.
    #[arg(long)]
    ibex: bool,
    /// Install a logger of the `log` crate before anything else.
    #[arg(long)]
    other_logger: bool,
    /// Do not bridge the `log` crate.
    #[arg(long)]
    without_log_bridge: bool,
    /// Accept spans of every level.
    #[arg(long)]
    every_span: bool,
    /// Push metrics and log records without an exporter setting.
    #[arg(long)]
    push: bool,
}

/// A logger that prints its records.
struct OtherLogger;

impl log::Log for OtherLogger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        // One write: the log writes to the same output, also between two parts of a line.
        let line = format!("other logger: {}\n", record.args());
        let _closed = io::stderr().write_all(line.as_bytes());
    }

    fn flush(&self) {}
}

#[instrument_stage(stage::turn)]
fn turn(fails: bool) -> Result<String, io::Error> {
    tracing::info!(key = "sword", "taken");
    tracing::trace!("in detail");
    log::info!(target: "old", "said by the log crate");
    audit!(user = "ada", "granted");
    if fails {
        return Err(io::Error::other("no sword"));
    }
    Ok(glyph_runtime::correlation_id().map_or_else(String::new, |id| id.as_str().to_owned()))
}

fn builder(cli: Cli) -> TelemetryBuilder {
    let mut builder = Telemetry::builder("installed")
        .version("1.2.3")
        .catalog(Metrics::global())
        .log(|log| log.output = Output::Stderr)
        .arguments(cli.telemetry)
        .without_listener();
    if cli.ibex {
        builder = builder
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
            .env_default(Setting::Protocol, "grpc")
            .env_default(Setting::Insecure, "true");
    }
    if cli.without_log_bridge {
        builder = builder.without_log_bridge();
    }
    if cli.every_span {
        builder = builder.span_level(LevelFilter::TRACE);
    }
    if cli.push {
        builder = builder.metrics_otlp(|_| {}).logs_otlp(|_| {});
    }
    builder
}

/// Flushes everything to the collectors.
fn flush(telemetry: &Telemetry) -> Value {
    let limit = Duration::from_secs(5);
    json!({
        "traces": telemetry.traces().map(|traces| traces.flush(limit).is_ok()),
        "metrics": telemetry.metrics_otlp().map(|metrics| metrics.flush(limit).is_ok()),
        "logs": telemetry.logs_otlp().map(|logs| logs.flush(limit).is_ok()),
    })
}

/// Returns the headers of an outgoing request, by glyph and by OpenTelemetry's global propagator.
fn inject() -> Value {
    tracing::info_span!("request").in_scope(|| {
        let (mut own, mut global) = (HashMap::new(), HashMap::new());
        let baggage = glyph_runtime::context::Baggage::current().try_with("tenant", "north");
        baggage.unwrap_or_default().in_scope(|| {
            propagation::inject(&mut own);
            opentelemetry::global::get_text_map_propagator(|propagator| {
                propagator.inject(&mut global);
            });
        });
        json!({ "own": own, "global": global })
    })
}

fn recent(telemetry: &Telemetry) -> Value {
    let traces = telemetry.recent_traces();
    traces.iter().map(|trace| trace.id.as_str()).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    if cli.other_logger {
        log::set_logger(&OtherLogger)?;
        log::set_max_level(log::LevelFilter::Info);
    }
    let telemetry = builder(cli).install()?;
    for line in io::stdin().lock().lines() {
        let answer = match line?.as_str() {
            "turn" => json!(turn(false)?),
            "fail" => json!(turn(true).is_err()),
            "flush" => flush(&telemetry),
            "page" => json!(telemetry.render(Format::Text)),
            "inject" => inject(),
            "recent" => recent(&telemetry),
            "end" => {
                let report = telemetry.shutdown_blocking(Duration::from_secs(10));
                match report.into_result() {
                    Ok(()) => json!("ended"),
                    Err(error) => json!(error.to_string()),
                }
            }
            other => return Err(format!("what is {other}?").into()),
        };
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}
