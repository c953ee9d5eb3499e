//! What a program says about its telemetry.

use std::fmt;

#[cfg(feature = "admin")]
use super::serving::ServingBuilder;
use super::{BuildError, InstallError, Telemetry};
#[cfg(feature = "facade")]
use crate::facade::{Recorder, Upkeep};
use crate::{
    catalog::{AnyCatalog, Catalog, Registry},
    clock,
    expose::{Page, Target},
};

/// Describes the telemetry of a process; see [`Telemetry::builder`](crate::Telemetry::builder).
#[must_use = "nothing happens before `install` or `build`"]
pub struct TelemetryBuilder {
    target: Target,
    catalogs: Vec<&'static dyn AnyCatalog>,
    #[cfg(feature = "admin")]
    pub(super) serving: ServingBuilder,
    #[cfg(feature = "facade")]
    facade: bool,
}

impl TelemetryBuilder {
    pub(super) fn new(service: String) -> Self {
        Self {
            target: Target {
                service,
                version: None,
            },
            catalogs: Vec::new(),
            #[cfg(feature = "admin")]
            serving: ServingBuilder::new(),
            #[cfg(feature = "facade")]
            facade: true,
        }
    }

    /// The service's version, which appears in `target_info`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.target.version = Some(version.into());
        self
    }

    /// Puts a catalog on the page, with those nested in it.
    pub fn catalog<C: Catalog>(mut self, catalog: &'static C) -> Self {
        self.catalogs.push(catalog);
        self
    }

    /// Installs no recorder for the `metrics` crate.
    #[cfg(feature = "facade")]
    pub fn without_facade(mut self) -> Self {
        self.facade = false;
        self
    }

    /// The parts, without a listener and without touching anything global.
    ///
    /// # Errors
    ///
    /// When two catalogs declare the same metric, or two checks have one name.
    pub fn build(self) -> Result<Telemetry, BuildError> {
        let registry = Registry::new(self.catalogs)?;
        Ok(Telemetry {
            page: Page::new(registry, self.target, None),
            #[cfg(feature = "admin")]
            serving: self.serving.build()?,
            #[cfg(feature = "facade")]
            _upkeep: None,
        })
    }

    /// Installs the recorder of the `metrics` facade and, with the feature `admin`, starts the admin
    /// listener, by default at `127.0.0.1:9464` or where `OTEL_EXPORTER_PROMETHEUS_HOST` and
    /// `OTEL_EXPORTER_PROMETHEUS_PORT` say (OpenTelemetry specification, "Environment Variable
    /// Specification").
    ///
    /// # Errors
    ///
    /// When the parts do not fit together, the address is taken or malformed, or another recorder is
    /// installed. Nothing is left behind then.
    pub fn install(self) -> Result<Telemetry, InstallError> {
        clock::calibrate();
        let registry = Registry::new(self.catalogs).map_err(BuildError::from)?;
        #[cfg(feature = "facade")]
        let recorder = self.facade.then(|| Recorder::new(&registry));
        #[cfg(feature = "facade")]
        let foreign = recorder.as_ref().map(Recorder::families);
        #[cfg(not(feature = "facade"))]
        let foreign = None;
        let page = Page::new(registry, self.target, foreign);
        #[cfg(feature = "admin")]
        let serving = self.serving.install(&page)?;
        #[cfg(feature = "facade")]
        let upkeep = recorder.map(install_recorder).transpose()?;
        Ok(Telemetry {
            page,
            #[cfg(feature = "admin")]
            serving,
            #[cfg(feature = "facade")]
            _upkeep: upkeep,
        })
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let catalogs = self
            .catalogs
            .iter()
            .map(|catalog| catalog.descriptor().name);
        formatter
            .debug_struct("TelemetryBuilder")
            .field("target", &self.target)
            .field("catalogs", &catalogs.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "facade")]
fn install_recorder(recorder: Recorder) -> Result<Upkeep, InstallError> {
    let others = recorder.others();
    metrics::set_global_recorder(recorder).map_err(|_| InstallError::RecorderInstalled)?;
    Ok(Upkeep::start(others)?)
}
