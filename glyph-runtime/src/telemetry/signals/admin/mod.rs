//! Health and the listener: what a telemetry serves.

use std::{fmt::Display, future::Future, net::SocketAddr, time::Duration};

mod termination;

use crate::telemetry::{BuildError, InstallError, Telemetry, TelemetryBuilder, shutdown::lock};
use crate::{
    admin::{self, Listener},
    config::Environment,
    expose::Page,
    health::{DuplicateCheck, Health, HealthBuilder},
};

/// The probes, and the listener while there is one.
#[derive(Debug)]
pub(in crate::telemetry) struct Serving {
    pub(in crate::telemetry) health: Health,
    pub(in crate::telemetry) listener: Option<Listener>,
}

/// What is to be served, and where.
#[derive(Debug)]
pub(in crate::telemetry) struct ServingBuilder {
    health: HealthBuilder,
    address: Address,
}

#[derive(Debug)]
enum Address {
    /// `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT`, or the default.
    Environment,
    At(SocketAddr),
    Nowhere,
}

impl ServingBuilder {
    pub(in crate::telemetry) fn new() -> Self {
        Self {
            health: Health::builder(),
            address: Address::Environment,
        }
    }

    pub(in crate::telemetry) fn build(self) -> Result<Serving, DuplicateCheck> {
        Ok(Serving {
            health: self.health.build()?,
            listener: None,
        })
    }

    /// Checks run on the runtime of the caller, where the program's connections live.
    pub(in crate::telemetry) fn install(
        mut self,
        page: &Page,
        environment: &Environment<'_>,
    ) -> Result<Serving, InstallError> {
        let address = self.address.resolve(environment)?;
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.health = self.health.runtime(runtime);
        }
        let mut serving = self.build().map_err(BuildError::from)?;
        if let Some(address) = address {
            let router = admin::router(page.clone(), serving.health.clone());
            serving.listener = Some(Listener::bind(address, router)?);
        }
        Ok(serving)
    }
}

impl Address {
    fn resolve(&self, environment: &Environment<'_>) -> Result<Option<SocketAddr>, InstallError> {
        Ok(match self {
            Self::Environment => Some(admin::address_from_env(|name| environment.look_up(name))?),
            Self::At(address) => Some(*address),
            Self::Nowhere => None,
        })
    }
}

impl TelemetryBuilder {
    /// Makes readiness depend on `check`, which has five seconds each time.
    ///
    /// Checks run together, on the runtime that `install` was called in.
    pub fn check<F, R, E>(mut self, name: impl Into<String>, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.serving.health = self.serving.health.check(name, check);
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
        self.serving.health = self.serving.health.check_with_timeout(name, limit, check);
        self
    }

    /// Serves the endpoints at this address, whatever the environment says. Port 0 takes any free port,
    /// which [`Telemetry::local_addr`] tells.
    pub fn listener(mut self, address: impl Into<SocketAddr>) -> Self {
        self.serving.address = Address::At(address.into());
        self
    }

    /// Serves nothing: the program mounts [`Telemetry::router`] on a listener of its own.
    pub fn without_listener(mut self) -> Self {
        self.serving.address = Address::Nowhere;
        self
    }
}

impl Telemetry {
    /// The endpoints `/metrics`, `/healthz` and `/readyz`, for a listener of the program's own.
    pub fn router(&self) -> axum::Router {
        admin::router(self.page.clone(), self.running.health.clone())
    }

    /// The health probes.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.running.health
    }

    /// Where the admin listener listens; `None` without one. This tells the port that was chosen for port 0.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        lock(&self.running.listener)
            .as_ref()
            .map(Listener::local_addr)
    }

    /// Turns readiness to 503, so that no new work is sent here while what is under way ends.
    pub fn draining(&self) {
        self.running.health.draining();
    }
}
