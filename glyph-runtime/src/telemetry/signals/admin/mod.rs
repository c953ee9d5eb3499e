//! Health probes and the admin listener.

#[cfg(feature = "console")]
mod console;
#[cfg(not(feature = "console"))]
#[path = "without_console.rs"]
mod console;
#[cfg(feature = "profile")]
mod profile;
#[cfg(not(feature = "profile"))]
#[path = "without_profile.rs"]
mod profile;
mod termination;

use std::{
    fmt::Display,
    future::Future,
    mem,
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex, MutexGuard},
    time::Duration,
};

use axum::Router;

use self::{
    console::{Console, OpenConsole},
    profile::{OpenProfile, Profile},
};
use super::{Order, Parts, Running, Signal, StartError};
use crate::{
    admin::{self, Listener, Token, log_filter::ChangeFilter},
    config::{Configuration, Environment},
    export::{Undelivered, UndeliveredPart},
    health::{Health, HealthBuilder},
    origin::Origin,
    redaction::Secret,
    telemetry::{InstallError, Telemetry, TelemetryBuilder},
};

/// The name of the signal in errors.
const NAME: &str = "admin listener";

/// The checks, and the address of the admin listener.
struct Admin {
    health: HealthBuilder,
    address: Address,
    /// Whether there is no listener without a console.
    is_for_console: bool,
    token: Option<Secret<String>>,
    console: Console,
    profile: Profile,
    is_installed: bool,
}

enum Address {
    /// `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT`, or the default.
    Environment,
    At(SocketAddr),
    /// At this address, whose port is not named, or at a free port while it is in use.
    Near(SocketAddr),
    Nowhere,
}

/// The health, and the listener until the shutdown.
#[derive(Debug)]
struct AdminEndpoints {
    health: Health,
    /// The endpoints that change the program.
    changes: Router,
    listener: Mutex<Option<Listener>>,
    console: OpenConsole,
    profile: OpenProfile,
    is_for_console: bool,
    origin: Origin,
}

impl AdminEndpoints {
    /// Locks the listener. `None` in a forked child, if another thread had the lock at the fork.
    fn listener(&self) -> Option<MutexGuard<'_, Option<Listener>>> {
        self.origin.lock(&self.listener)
    }
}

pub(super) fn signal() -> Box<dyn Signal> {
    Box::new(Admin {
        health: Health::builder(),
        address: Address::Environment,
        is_for_console: false,
        token: None,
        console: Console::default(),
        profile: Profile::default(),
        is_installed: false,
    })
}

impl Signal for Admin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prepare(&mut self, environment: &Environment<'_>) -> Result<(), InstallError> {
        if let Address::Environment = self.address {
            let look_up = |name: &str| environment.look_up(name);
            let address = admin::address_from_env(look_up);
            let address = address.map_err(|error| InstallError::Signal {
                signal: NAME,
                source: error.into(),
            })?;
            self.address = if admin::port_is_named(look_up) {
                Address::At(address)
            } else {
                Address::Near(address)
            };
        }
        self.is_installed = true;
        Ok(())
    }

    /// The console shows the traces of a program that exports them too.
    fn configure(&mut self, configuration: &mut Configuration, _: &TelemetryBuilder) {
        if self.is_for_console && !self.console.is_on(configuration) {
            self.address = Address::Nowhere;
        }
        let is_served = self.is_installed && !matches!(self.address, Address::Nowhere);
        if is_served {
            self.console.keep_traces(configuration);
        }
    }

    /// Checks run on the runtime of the caller, because the program's connections belong to it.
    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        let Self {
            health,
            address,
            is_for_console,
            token,
            console,
            profile,
            is_installed,
        } = *self;
        let health = health.build()?;
        let token = token.or_else(|| parts.configuration.admin_token.take());
        let token = token.map(Token::try_new).transpose()?;
        let filter: Option<Arc<dyn ChangeFilter>> = None;
        #[cfg(feature = "log")]
        let filter = filter.or_else(|| Some(Arc::new(super::log::filters(&parts.running))));
        let changes = admin::log_filter::changes(filter, token.clone());
        let profile = profile.open(token.clone());
        let router = |parts: &mut Parts, address| {
            let router = admin::router(parts.exposition(), health.clone())
                .merge(changes.clone())
                .merge(profile.routes(address));
            let profiles = profile.profiles();
            console.serve(router, parts, (&health, profiles), (address, token.clone()))
        };
        let (listener, console) = match address {
            Address::At(address) if is_installed => {
                let (router, console) = router(parts, address)?;
                (Some(Listener::bind(address, router)?), console)
            }
            Address::Near(address) => {
                let (router, console) = router(parts, address)?;
                (Some(Listener::bind_or_any_port(address, router)?), console)
            }
            _ => (None, OpenConsole::default()),
        };
        Ok(Some(Box::new(AdminEndpoints {
            health,
            changes,
            listener: Mutex::new(listener),
            console,
            profile,
            is_for_console,
            origin: Origin::here(),
        })))
    }
}

impl Running for AdminEndpoints {
    fn order(&self) -> Order {
        Order::Together
    }

    /// Logs the address of the endpoints.
    fn install(&self) {
        let listener = self.listener();
        let Some(listener) = listener.as_deref().and_then(Option::as_ref) else {
            return;
        };
        let address = listener.local_addr();
        if !self.is_for_console {
            log_endpoints(listener);
        }
        if self.console.is_served() {
            tracing::info!(target: admin::TARGET, %address, "the console is at http://{address}/");
        }
        if self.profile.is_served() {
            tracing::info!(
                target: admin::TARGET,
                %address,
                "CPU profiles are at http://{address}/debug/pprof/profile"
            );
        }
    }

    /// A forked child has no thread that listens, and the parent listens on.
    fn shut_down(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.health.start_draining();
        if self.origin.is_forked() {
            return Ok(());
        }
        self.console.end();
        self.profile.end();
        let listener = self.listener().and_then(|mut listener| listener.take());
        let all_ended = listener.is_none_or(|listener| stop(listener, deadline));
        let cut_off = (!all_ended).then(|| UndeliveredPart::new("admin", "responses", 0));
        Undelivered::check(cut_off.into_iter().collect(), deadline)
    }
}

/// Logs where probes and scrapes go. Those of a listener for the console go to the program's own.
fn log_endpoints(listener: &Listener) {
    let address = listener.local_addr();
    if let Some(wanted) = listener.wanted_addr() {
        tracing::warn!(
            target: admin::TARGET,
            %wanted,
            %address,
            "{wanted} is in use, so the admin listener is at {address} until it is free; set \
             OTEL_EXPORTER_PROMETHEUS_PORT to choose a port"
        );
    }
    tracing::info!(
        target: admin::TARGET,
        %address,
        "serving /metrics, /healthz and /readyz at http://{address}"
    );
}

/// Stops the listener, and returns whether all responses ended.
fn stop(listener: Listener, deadline: Duration) -> bool {
    // If no thread could be started, this may be a thread of a runtime, which must not block on
    // another one.
    if tokio::runtime::Handle::try_current().is_ok() {
        return false;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.is_ok_and(|runtime| runtime.block_on(listener.shutdown(deadline)))
}

impl TelemetryBuilder {
    /// Adds a check to readiness. It has five seconds each time.
    ///
    /// Checks run at the same time, on the runtime in which `install` was called. Outside of a
    /// runtime, each check has a thread of its own. See [`TelemetryBuilder::check_interval`].
    pub fn check<F, R, E>(self, name: &str, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.with_health(|health| health.check(name, check))
    }

    /// Adds a check to readiness, as [`TelemetryBuilder::check`] does, with the given time limit.
    pub fn check_with_timeout<F, R, E>(self, name: &str, limit: Duration, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.with_health(|health| health.check_with_timeout(name, limit, check))
    }

    /// Sets the shortest time between two runs of the checks. Default: one second. Probes within it
    /// get the last report.
    pub fn check_interval(self, interval: Duration) -> Self {
        self.with_health(|health| health.interval(interval))
    }

    fn with_health(self, change: impl FnOnce(HealthBuilder) -> HealthBuilder) -> Self {
        self.with(|admin: &mut Admin| admin.health = change(mem::take(&mut admin.health)))
    }

    /// Serves the endpoints at this address, whatever the environment sets.
    ///
    /// Port 0 selects a free port, which [`Telemetry::local_addr`] returns.
    pub fn listener(self, address: impl Into<SocketAddr>) -> Self {
        self.at(Address::At(address.into()))
    }

    fn at(self, address: Address) -> Self {
        self.with(|admin: &mut Admin| {
            admin.address = address;
            admin.is_for_console = false;
        })
    }

    /// Sets the token of requests that change the program, whatever `GLYPH_ADMIN_TOKEN` is: at least 16
    /// visible ASCII characters. Default: none, and such requests get a 403.
    ///
    /// With the feature `log`, `GET /log/filter` returns the filter of the log, and `PUT /log/filter`
    /// sets it to the body, as [`Telemetry::set_log_filter`] does. A request has the token in
    /// `Authorization: Bearer`. Each change is an event of the audit trail.
    ///
    /// ```console
    /// $ curl -H "Authorization: Bearer $GLYPH_ADMIN_TOKEN" -T - http://127.0.0.1:9464/log/filter \
    ///     <<< 'info,[request{user=ada}]=debug'
    /// ```
    ///
    /// The token is sent as it is. Serve the listener to others only behind a proxy with TLS.
    pub fn admin_token(self, token: impl Into<String>) -> Self {
        let token = Secret::new(token.into());
        self.with(|admin: &mut Admin| admin.token = Some(token))
    }

    /// Starts no listener. The program can serve [`Telemetry::router`] on its own listener.
    pub fn without_listener(self) -> Self {
        self.at(Address::Nowhere)
    }
}

impl Telemetry {
    /// Returns the endpoints `/metrics`, `/healthz` and `/readyz`, for a listener of the program.
    ///
    /// Each call starts a thread, `glyph-scrape`, which renders scrapes until the router is dropped.
    /// Call it once, and clone the router.
    ///
    /// It has the endpoints of [`TelemetryBuilder::admin_token`] too.
    pub fn router(&self) -> Router {
        let router = admin::router(self.exposition.clone(), self.health().clone());
        match self.running::<AdminEndpoints>() {
            Some(endpoints) => router.merge(endpoints.changes.clone()),
            None => router,
        }
    }

    /// Returns the health probes.
    #[must_use]
    pub fn health(&self) -> &Health {
        // Each telemetry has its endpoints. The other case is here because their lookup returns an
        // option.
        static WITHOUT_CHECKS: LazyLock<Health> = LazyLock::new(Health::default);
        match self.running::<AdminEndpoints>() {
            Some(endpoints) => &endpoints.health,
            None => &WITHOUT_CHECKS,
        }
    }

    /// Returns the address of the admin listener, with the port that was selected for port 0.
    /// `None` without a listener.
    ///
    /// If no port is set and the default one is in use, the listener has a free port until it can
    /// move to the default one.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        let endpoints = self.running::<AdminEndpoints>()?;
        let listener = endpoints.listener()?;
        listener.as_ref().map(Listener::local_addr)
    }

    /// Sets readiness to 503, so that a load balancer sends no new work here.
    pub fn start_draining(&self) {
        self.health().start_draining();
    }
}
