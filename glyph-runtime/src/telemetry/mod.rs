//! The telemetry of a process: built from its signals, installed, and shut down.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::Telemetry;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop")
//!     .version("1.2.3")
//!     .deployment_environment("staging")
//!     .without_listener()
//!     .install()?;
//! let report = telemetry.shutdown_blocking(Duration::from_secs(5));
//! assert!(report.is_complete(), "{report}");
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "cli")]
mod arguments;
mod at_once;
mod builder;
mod error;
mod flush;
mod install;
mod report;
mod shutdown;
mod signals;

use std::sync::Arc;

pub use builder::TelemetryBuilder;
pub use error::{BuildError, InstallError};
pub use report::ShutdownReport;
pub use signals::Layers;

pub use crate::export::{OpenSpans, Undelivered, UndeliveredPart};

use self::shutdown::Shutdown;
use crate::{
    config::{ConfigWarning, Propagator},
    expose::{Exposition, Format, Pieces},
    redaction::Redaction,
};

/// The telemetry of a process: its spans, log, exposition and health, and the listener that serves
/// them.
///
/// [`TelemetryBuilder::install`] sets what is global in the process. [`TelemetryBuilder::build`]
/// sets nothing global; use it in tests and for programs inside programs.
///
/// A drop without [`Telemetry::shutdown`] waits at most one second for the delivery of what is
/// left.
///
/// ```
/// use glyph_runtime::{Counter, Telemetry, expose::Format, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_telemetry")]
/// pub struct Metrics {
///     /// Wake-ups of the worker.
///     pub wakeups: Counter,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = Telemetry::builder("worker").catalog(Metrics::global()).build()?;
/// Metrics::global().wakeups.inc();
/// assert!(telemetry.render(Format::Text).contains("\ndoc_telemetry_wakeups_total 1\n"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it ends the listener, the spans and the log"]
pub struct Telemetry {
    exposition: Exposition,
    #[cfg_attr(
        not(feature = "artifacts"),
        expect(dead_code, reason = "only artifacts name the service")
    )]
    service: String,
    shutdown: Arc<Shutdown>,
    propagators: Vec<Propagator>,
    redaction: Redaction,
    warnings: Vec<ConfigWarning>,
}

impl Telemetry {
    /// Returns a builder for the telemetry of the service called `service`.
    pub fn builder(service: impl Into<String>) -> TelemetryBuilder {
        TelemetryBuilder::new(service.into())
    }

    /// Returns the exposition as text.
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        self.exposition.render(format)
    }

    /// Returns the artifacts that are generated from the catalogs, as views expose them, and from those
    /// of the feature `process`.
    ///
    /// Their links to traces and logs have the name of the service that the builder was given,
    /// whatever the environment of this process calls it.
    #[cfg(feature = "artifacts")]
    pub fn artifacts(&self) -> crate::artifacts::Artifacts {
        let artifacts = crate::artifacts::Artifacts::of_registry(self.exposition.registry());
        let artifacts = artifacts.and_all(self.exposition.added_catalogs());
        artifacts.service_name(&self.service)
    }

    /// Returns the exposition, for exporters and handlers of the program.
    #[must_use]
    pub fn exposition(&self) -> Exposition {
        self.exposition.clone()
    }

    /// Returns the exposition in pieces of about 64 KiB. Each is read from the cells when it is
    /// asked for.
    #[must_use]
    pub fn pieces(&self, format: Format) -> Pieces {
        self.exposition.pieces(format)
    }

    /// Returns the formats in which contexts are propagated, as `OTEL_PROPAGATORS` sets them.
    #[must_use]
    pub fn propagators(&self) -> &[Propagator] {
        &self.propagators
    }

    /// Returns the field names to redact, for pipelines of the program; see
    /// [`TelemetryBuilder::redaction`].
    #[must_use]
    pub fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Returns the warnings about variables that were ignored. `install` logs them.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }
}
