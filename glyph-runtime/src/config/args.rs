//! The command line.

use std::{fmt, path::PathBuf};

use super::{Configuration, endpoint, values};
use crate::trace::{FileSettings, Sampler};

/// Flags about traces, to be flattened into a program's own.
///
/// What they say counts more than the environment and the builder.
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

    /// Call the service so in its telemetry.
    #[arg(long, value_name = "NAME")]
    pub trace_service_name: Option<String>,

    /// Sample this part of the traces that begin here, from 0 (none at all) to 1 (all).
    #[arg(long, value_name = "RATIO", value_parser = ratio, allow_negative_numbers = true)]
    pub trace_sample_ratio: Option<f64>,

    /// Write each span to this file as well, one JSON object a line.
    #[arg(long, value_name = "PATH")]
    pub trace_file: Option<PathBuf>,

    /// Send these headers to the collector; other users of the machine can read the command line, but not
    /// `OTEL_EXPORTER_OTLP_TRACES_HEADERS`.
    #[arg(long, value_name = "NAME=VALUE,..", value_parser = headers)]
    pub trace_headers: Vec<Headers>,

    /// Trust any certificate of the collector, for tests.
    #[arg(long)]
    pub trace_insecure_skip_verify: bool,
}

/// Headers that a flag names. Their values are not shown.
#[derive(Clone)]
pub struct Headers(Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

impl Configuration {
    /// Changes the service's name and spans, if there are to be any, as the command line says.
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
    endpoint::checked(text.trim()).ok_or("give a URL such as http://localhost:4318/v1/traces")
}

fn ratio(text: &str) -> Result<f64, &'static str> {
    values::ratio(text).ok_or("give a number from 0 to 1")
}

fn headers(text: &str) -> Result<Headers, &'static str> {
    values::headers(text).map(Headers).ok_or(
        "give `name=value` pairs, separated by commas, percent-encoded, as headers can have them",
    )
}
