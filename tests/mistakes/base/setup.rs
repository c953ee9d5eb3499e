//! The telemetry of the program.

use std::error::Error;
use std::time::Duration;

use glyph_runtime::{Telemetry, artifacts::Artifacts, expose::Format};

use crate::telemetry::{Provider, VoiceMetrics};

/// Installs the telemetry.
///
/// # Errors
///
/// Returns an error if another telemetry is installed.
pub fn start() -> Result<Telemetry, Box<dyn Error>> {
    let telemetry = Telemetry::builder("voice")
        .version("0.1.0")
        .catalog(VoiceMetrics::global())
        .check("models", || async { Ok::<(), String>(()) })
        .install()?;
    Ok(telemetry)
}

/// Prints the metrics and stops.
pub fn stop(telemetry: Telemetry) {
    println!("{}", telemetry.render(Format::Text));
    let _report = telemetry.shutdown_blocking(Duration::from_secs(5));
}

/// Reads the provider of a setting.
///
/// # Errors
///
/// Returns an error if `text` is not a provider.
pub fn provider(text: &str) -> Result<Provider, Box<dyn Error>> {
    Ok(text.parse()?)
}

/// Returns the rules and dashboards.
#[must_use]
pub fn artifacts() -> Artifacts {
    Artifacts::of::<VoiceMetrics>().target_labels(["env"])
}
