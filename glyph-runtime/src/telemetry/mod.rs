//! Puts the parts together and into the process.

mod builder;
mod error;
#[cfg(feature = "admin")]
mod serving;

pub use builder::TelemetryBuilder;
#[cfg(feature = "admin")]
pub use error::ShutdownError;
pub use error::{BuildError, InstallError};

#[cfg(feature = "admin")]
use self::serving::Serving;
use crate::expose::{Format, Page, Pieces};

/// The telemetry of one process: its page, its health, and the listener that serves them.
///
/// [`TelemetryBuilder::install`] makes one and sets what is global; [`TelemetryBuilder::build`] makes one
/// that touches nothing outside itself, for tests and for programs inside programs.
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
/// assert!(telemetry.page(Format::Text).contains("\ndoc_telemetry_wakeups_total 1\n"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it stops the listener"]
pub struct Telemetry {
    page: Page,
    #[cfg(feature = "admin")]
    serving: Serving,
    #[cfg(feature = "facade")]
    _upkeep: Option<crate::facade::Upkeep>,
}

impl Telemetry {
    /// Starts to describe the telemetry of the service called `service`.
    pub fn builder(service: impl Into<String>) -> TelemetryBuilder {
        TelemetryBuilder::new(service.into())
    }

    /// The whole page as text.
    #[must_use]
    pub fn page(&self, format: Format) -> String {
        self.page.text(format)
    }

    /// Everything on the page, for exporters and for handlers of the program's own.
    #[must_use]
    pub fn exposition(&self) -> Page {
        self.page.clone()
    }

    /// The page in pieces of some 64 KiB, each read from the cells when it is asked for.
    #[must_use]
    pub fn pieces(&self, format: Format) -> Pieces {
        self.page.pieces(format)
    }

    /// Puts what became of the pipeline's spans on the page, under `glyph_trace_*` and `glyph_export_*`.
    #[cfg(feature = "trace")]
    pub fn traces(&self, pipeline: &crate::trace::Pipeline) {
        self.page.traces(pipeline);
    }
}
