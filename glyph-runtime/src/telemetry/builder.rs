//! What a program says about its telemetry.

use std::{
    fmt::{self, Display},
    future::Future,
    net::SocketAddr,
    time::Duration,
};

use super::{BuildError, InstallError, Telemetry};
#[cfg(feature = "facade")]
use crate::facade::{Recorder, Upkeep};
use crate::{
    admin::{self, Listener},
    catalog::{AnyCatalog, Catalog, Registry},
    clock,
    expose::{Page, Target},
    health::{Health, HealthBuilder},
};

/// Describes the telemetry of a process; see [`Telemetry::builder`](crate::Telemetry::builder).
#[must_use = "nothing happens before `install` or `build`"]
pub struct TelemetryBuilder {
    target: Target,
    catalogs: Vec<&'static dyn AnyCatalog>,
    health: HealthBuilder,
    listener: ListenerChoice,
    #[cfg(feature = "facade")]
    facade: bool,
}

#[derive(Debug)]
enum ListenerChoice {
    /// `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT`, or the default.
    Environment,
    At(SocketAddr),
    Without,
}

impl TelemetryBuilder {
    pub(super) fn new(service: String) -> Self {
        Self {
            target: Target {
                service,
                version: None,
            },
            catalogs: Vec::new(),
            health: Health::builder(),
            listener: ListenerChoice::Environment,
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

    /// Makes readiness depend on `check`, which has five seconds each time.
    ///
    /// Checks run together, on the runtime that `install` was called in.
    pub fn check<F, R, E>(mut self, name: impl Into<String>, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.health = self.health.check(name, check);
        self
    }

    /// [`TelemetryBuilder::check`] with a time limit of its own.
    pub fn check_with_timeout<F, R, E>(
        mut self,
        name: impl Into<String>,
        limit: Duration,
        check: F,
    ) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.health = self.health.check_with_timeout(name, limit, check);
        self
    }

    /// Serves the endpoints at this address, whatever the environment says. Port 0 takes any free port,
    /// which [`Telemetry::local_addr`] tells.
    pub fn listener(mut self, address: impl Into<SocketAddr>) -> Self {
        self.listener = ListenerChoice::At(address.into());
        self
    }

    /// Serves nothing: the program mounts [`Telemetry::router`] on a listener of its own.
    pub fn without_listener(mut self) -> Self {
        self.listener = ListenerChoice::Without;
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
            health: self.health.build()?,
            listener: None,
            #[cfg(feature = "facade")]
            _upkeep: None,
        })
    }

    /// Installs the recorder of the `metrics` facade and starts the admin listener, by default at
    /// `127.0.0.1:9464` or where `OTEL_EXPORTER_PROMETHEUS_HOST` and `OTEL_EXPORTER_PROMETHEUS_PORT` say
    /// (OpenTelemetry specification, "Environment Variable Specification").
    ///
    /// # Errors
    ///
    /// When the parts do not fit together, the address is taken or malformed, or another recorder is
    /// installed. Nothing is left behind then.
    pub fn install(mut self) -> Result<Telemetry, InstallError> {
        clock::calibrate();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.health = self.health.runtime(runtime);
        }
        let address = match self.listener {
            ListenerChoice::Environment => {
                Some(admin::address_from_env(|name| std::env::var(name).ok())?)
            }
            ListenerChoice::At(address) => Some(address),
            ListenerChoice::Without => None,
        };
        let registry =
            Registry::new(std::mem::take(&mut self.catalogs)).map_err(BuildError::from)?;
        let health = self.health.build().map_err(BuildError::from)?;
        #[cfg(feature = "facade")]
        let recorder = self.facade.then(|| Recorder::new(&registry));
        #[cfg(feature = "facade")]
        let page = Page::new(
            registry,
            self.target,
            recorder.as_ref().map(Recorder::families),
        );
        #[cfg(not(feature = "facade"))]
        let page = Page::new(registry, self.target, None);
        let router = admin::router(page.clone(), health.clone());
        let listener = address
            .map(|address| Listener::bind(address, router))
            .transpose()?;
        #[cfg(feature = "facade")]
        let upkeep = recorder.map(install_recorder).transpose()?;
        Ok(Telemetry {
            page,
            health,
            listener,
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
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "facade")]
fn install_recorder(recorder: Recorder) -> Result<Upkeep, InstallError> {
    let others = recorder.others();
    metrics::set_global_recorder(recorder).map_err(|_| InstallError::RecorderInstalled)?;
    Ok(Upkeep::start(others)?)
}
