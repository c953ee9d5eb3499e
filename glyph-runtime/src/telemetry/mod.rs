//! Puts the parts together and into the process.

mod builder;
mod error;

pub use builder::TelemetryBuilder;
pub use error::{BuildError, InstallError, ShutdownError};

use std::{net::SocketAddr, time::Duration};

use crate::{
    admin::{self, Listener},
    expose::{Format, Page, Pieces},
    health::Health,
};

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
    health: Health,
    listener: Option<Listener>,
    #[cfg(feature = "facade")]
    _upkeep: Option<crate::facade::Upkeep>,
}

/// How long [`Telemetry::shutdown`] waits for responses under way.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(5);

impl Telemetry {
    /// Starts to describe the telemetry of the service called `service`.
    pub fn builder(service: impl Into<String>) -> TelemetryBuilder {
        TelemetryBuilder::new(service.into())
    }

    /// The endpoints `/metrics`, `/healthz` and `/readyz`, for a listener of the program's own.
    pub fn router(&self) -> axum::Router {
        admin::router(self.page.clone(), self.health.clone())
    }

    /// The whole page as text.
    #[must_use]
    pub fn page(&self, format: Format) -> String {
        self.page.text(format)
    }

    /// The page in pieces of some 64 KiB, each read from the cells when it is asked for.
    #[must_use]
    pub fn pieces(&self, format: Format) -> Pieces {
        self.page.pieces(format)
    }

    /// The health probes.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Where the admin listener listens; `None` without one. This tells the port that was chosen for port 0.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.as_ref().map(Listener::local_addr)
    }

    /// Turns readiness to 503, so that no new work is sent here while what is under way ends.
    pub fn draining(&self) {
        self.health.draining();
    }

    /// Turns readiness to 503 and stops the admin listener, within five seconds.
    ///
    /// # Errors
    ///
    /// When responses were still under way at the deadline; they are cut off.
    pub async fn shutdown(self) -> Result<(), ShutdownError> {
        self.shutdown_within(SHUTDOWN_DEADLINE).await
    }

    /// [`Telemetry::shutdown`] with another deadline.
    ///
    /// # Errors
    ///
    /// When responses were still under way at the deadline; they are cut off.
    pub async fn shutdown_within(mut self, deadline: Duration) -> Result<(), ShutdownError> {
        self.draining();
        let in_time = match self.listener.take() {
            Some(listener) => listener.shutdown(deadline).await,
            None => true,
        };
        in_time
            .then_some(())
            .ok_or(ShutdownError::Listener(deadline))
    }
}
