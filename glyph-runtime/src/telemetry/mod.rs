//! Puts the parts together and into the process.

mod builder;
mod error;
#[cfg(any(feature = "trace", feature = "log", feature = "metrics"))]
mod globals;
mod install;
mod pipelines;
mod settings;
mod shutdown;
mod signals;

use std::sync::Arc;
#[cfg(any(feature = "trace", feature = "log"))]
use std::sync::Mutex;

pub use builder::TelemetryBuilder;
pub use error::{BuildError, InstallError, ShutdownError, Unfinished};
#[cfg(any(feature = "trace", feature = "log"))]
pub use pipelines::Layers;

use self::shutdown::Running;
use crate::{
    config::{ConfigWarning, Propagator},
    expose::{Format, Page, Pieces},
    redaction::Redaction,
};

/// The telemetry of one process: its spans, its log, its page, its health, and the listener that serves them.
///
/// [`TelemetryBuilder::install`] makes one and sets what is global; [`TelemetryBuilder::build`] makes one
/// that touches nothing outside itself, for tests and for programs inside programs.
///
/// Dropping it without [`Telemetry::shutdown`] gives what still waits one second.
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
#[must_use = "dropping it ends the listener, the spans and the log"]
pub struct Telemetry {
    page: Page,
    running: Arc<Running>,
    propagators: Vec<Propagator>,
    redaction: Redaction,
    warnings: Vec<ConfigWarning>,
    #[cfg(any(feature = "trace", feature = "log"))]
    layers: Mutex<HiddenLayers>,
    #[cfg(feature = "metrics")]
    upkeep: Option<crate::facade::Upkeep>,
}

/// Layers that nobody has taken yet.
#[cfg(any(feature = "trace", feature = "log"))]
#[derive(Default)]
struct HiddenLayers(Layers);

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

    /// What is made of the catalogs outside the program.
    #[cfg(feature = "artifacts")]
    pub fn artifacts(&self) -> crate::artifacts::Artifacts {
        crate::artifacts::Artifacts::new(self.page.registry().catalogs().iter().copied())
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

    /// How a context crosses the border of the process, as `OTEL_PROPAGATORS` says.
    #[must_use]
    pub fn propagators(&self) -> &[Propagator] {
        &self.propagators
    }

    /// Whose values never leave, for pipelines of the program's own; see [`TelemetryBuilder::redaction`].
    #[must_use]
    pub fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Values of the environment that were ignored. `install` logs them.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }

    /// The layers that feed spans and logs, for a subscriber that is not `install`'s own: after
    /// [`TelemetryBuilder::build`] and [`TelemetryBuilder::without_subscriber`]. The first call has them, later ones
    /// have none.
    ///
    /// ```
    /// use glyph_runtime::Telemetry;
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("worker").build()?;
    /// let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    /// tracing::subscriber::with_default(subscriber, || tracing::info_span!("job").in_scope(|| {}));
    /// assert_eq!(telemetry.recent_traces().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(any(feature = "trace", feature = "log"))]
    #[must_use]
    pub fn layers(&self) -> Layers {
        std::mem::take(&mut *shutdown::lock(&self.layers)).0
    }

    /// Where spans go; `None` if there are to be none.
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn traces(&self) -> Option<&crate::trace::Pipeline> {
        self.running.pipelines.traces.as_ref()
    }

    /// The traces in the ring, the latest first; see [`trace::Pipeline::recent`](crate::trace::Pipeline::recent).
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn recent_traces(&self) -> Vec<crate::trace::Trace> {
        self.traces()
            .map(crate::trace::Pipeline::recent)
            .unwrap_or_default()
    }

    /// How metrics are pushed; `None` if they are not.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    #[must_use]
    pub fn metrics_otlp(&self) -> Option<&crate::expose::otlp::Pipeline> {
        self.running.pipelines.metrics_otlp.as_ref()
    }

    /// How log records are sent to a collector; `None` if they are not.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    #[must_use]
    pub fn logs_otlp(&self) -> Option<&crate::log::export::Pipeline> {
        self.running.pipelines.logs_otlp.as_ref()
    }

    /// Where lines go; `None` if there are to be none.
    #[cfg(feature = "log")]
    #[must_use]
    pub fn log(&self) -> Option<&crate::log::Pipeline> {
        self.running.pipelines.log.as_ref()
    }

    /// Puts what became of another pipeline's spans on the page, under `glyph_trace_*` and `glyph_export_*`. A
    /// telemetry that has spans of its own shows those.
    #[cfg(feature = "trace")]
    pub fn show_traces(&self, pipeline: &crate::trace::Pipeline) {
        self.page.traces(pipeline);
    }
}

#[cfg(any(feature = "trace", feature = "log"))]
impl std::fmt::Debug for HiddenLayers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} layers", self.0.len())
    }
}
