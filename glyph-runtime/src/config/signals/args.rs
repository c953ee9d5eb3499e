//! Command-line arguments.

use std::{fmt, path::PathBuf};

use super::trace::{endpoint, values};
use crate::{
    config::Configuration,
    trace::{FileSettings, Sampler},
};

/// Command-line arguments for traces, to be flattened into those of a program.
///
/// They count more than the environment and the builder.
///
/// ```
/// use clap::Parser;
/// use glyph_runtime::{Telemetry, config::TelemetryArgs};
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     telemetry: TelemetryArgs,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cli = Cli::parse_from(["glyphd", "--trace-sample-ratio", "0.5"]);
/// let telemetry = Telemetry::builder("glyphd").arguments(cli.telemetry).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Tracing")]
#[non_exhaustive]
pub struct TelemetryArgs {
    /// Send spans to this OTLP collector, such as `http://localhost:4318/v1/traces`.
    #[arg(long, value_name = "URL", value_parser = url)]
    pub trace_endpoint: Option<String>,

    /// Set the name of the service in its telemetry.
    #[arg(long, value_name = "NAME")]
    pub trace_service_name: Option<String>,

    /// Sample this share of the traces that begin here, from 0 (no trace at all) to 1 (all traces).
    #[arg(long, value_name = "RATIO", value_parser = ratio, allow_negative_numbers = true)]
    pub trace_sample_ratio: Option<f64>,

    /// Also write each span to this file, one JSON object a line.
    #[arg(long, value_name = "PATH")]
    pub trace_file: Option<PathBuf>,

    /// Send these headers to the collector. For secrets, use `OTEL_EXPORTER_OTLP_TRACES_HEADERS`:
    /// other users of the machine can read the command line.
    #[arg(long, value_name = "NAME=VALUE,..", value_parser = headers)]
    pub trace_headers: Vec<Headers>,

    /// Trust any certificate of the collector, for tests.
    #[arg(long)]
    pub trace_insecure_skip_verify: bool,
}

/// Headers of an argument. `Debug` shows only their names.
#[derive(Clone)]
pub struct Headers(Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

impl Configuration {
    /// Applies the command line to the name of the service and, if there are any, to the settings
    /// of spans.
    pub fn apply(&mut self, arguments: &TelemetryArgs) {
        if let Some(service) = &arguments.trace_service_name {
            self.service.clone_from(service);
        }
        let Some(traces) = &mut self.traces else {
            return;
        };
        if let Some(service) = &arguments.trace_service_name {
            traces.service.clone_from(service);
        }
        if let Some(endpoint) = &arguments.trace_endpoint
            && let Some(collector) = &self.collector
        {
            let otlp = traces.otlp.get_or_insert_with(|| collector.clone());
            otlp.endpoint.clone_from(endpoint);
        }
        if let Some(ratio) = arguments.trace_sample_ratio {
            traces.sampler = if ratio > 0.0 {
                Sampler::parent_based(Sampler::TraceIdRatio(ratio))
            } else {
                Sampler::AlwaysOff
            };
        }
        if let Some(path) = &arguments.trace_file {
            traces.file = Some(FileSettings::new(path));
        }
        if let Some(otlp) = &mut traces.otlp {
            let headers = arguments
                .trace_headers
                .iter()
                .flat_map(|headers| &headers.0);
            otlp.headers.extend(headers.cloned());
            otlp.tls.insecure_skip_verify |= arguments.trace_insecure_skip_verify;
        }
    }
}

fn url(text: &str) -> Result<String, &'static str> {
    endpoint::checked(text.trim()).ok_or("expected a URL such as http://localhost:4318/v1/traces")
}

fn ratio(text: &str) -> Result<f64, &'static str> {
    values::ratio(text).ok_or("expected a number from 0 to 1")
}

fn headers(text: &str) -> Result<Headers, &'static str> {
    values::headers(text).map(Headers).ok_or(
        "expected `name=value` pairs, separated by commas, percent-encoded, valid as headers",
    )
}
