//! The console on the admin listener.

use std::{net::SocketAddr, num::NonZeroU32};

use axum::Router;

use super::{Address, Admin};
use crate::{
    admin::{Token, guard::Guard},
    config::Configuration,
    console::{self, Identity, InvalidOrigin, Limits, Log, Origin, Sharing, Streams, Subject},
    health::Health,
    log::{self, RecentLines},
    profile::Profiles,
    telemetry::{
        TelemetryBuilder,
        signals::{
            Parts, Running, StartError, find_running,
            log::{RunningLog, filters},
            traces::RunningTraces,
        },
    },
    trace::{Pipeline, RecentTraces},
};

/// The program's settings of the console.
#[derive(Debug, Default)]
pub(super) struct Console {
    /// `None` if the environment or the build decides.
    is_wanted: Option<bool>,
    limits: Limits,
    hosts: Vec<String>,
    /// The origins of programs that the page can show.
    programs: Vec<String>,
    /// The origins of pages that can read this console.
    readers: Vec<String>,
}

/// The streams of a console that is served.
#[derive(Debug, Default)]
pub(super) struct OpenConsole(Option<Streams>);

impl OpenConsole {
    /// Whether a console is served.
    pub(super) const fn is_served(&self) -> bool {
        self.0.is_some()
    }

    /// Ends the streams, for which a shutdown would wait.
    pub(super) fn end(&self) {
        if let Some(streams) = &self.0 {
            streams.end();
        }
    }
}

impl Console {
    fn sharing(&self) -> Result<Sharing, InvalidOrigin> {
        let parsed = |origins: &[String]| {
            origins
                .iter()
                .map(|it| Origin::parse(it))
                .collect::<Result<_, _>>()
        };
        Ok(Sharing {
            programs: parsed(&self.programs)?,
            readers: parsed(&self.readers)?,
        })
    }

    pub(super) fn is_on(&self, configuration: &Configuration) -> bool {
        let is_wanted = self.is_wanted.or(configuration.console);
        is_wanted.unwrap_or(cfg!(debug_assertions))
    }

    /// Keeps sampled traces in the ring although there is a collector, if the console is on.
    pub(super) fn keep_traces(&self, configuration: &mut Configuration) {
        if self.is_on(configuration)
            && let Some(traces) = &mut configuration.traces
        {
            traces.ring.with_collector = true;
        }
    }

    /// Adds the console to the routes of a listener at this address, if it is on.
    pub(super) fn serve(
        &self,
        router: Router,
        parts: &mut Parts,
        (health, profiles): (&Health, Profiles),
        (address, token): (SocketAddr, Option<Token>),
    ) -> Result<(Router, OpenConsole), StartError> {
        if !self.is_on(&parts.configuration) {
            return Ok((router, OpenConsole::default()));
        }
        let configuration = &parts.configuration;
        let identity = Identity::new(
            &configuration.service,
            configuration.version.as_deref(),
            configuration.environment.as_deref(),
            &configuration.resource,
        );
        let subject = Subject {
            identity,
            exposition: parts.exposition(),
            health: health.clone(),
            traces: recent_traces(&parts.running),
            log: Log {
                lines: recent_lines(&parts.running),
                filters: filters(&parts.running),
            },
            profiles,
        };
        let (pages, streams) = console::start(subject, self.limits, self.sharing()?)?;
        let guard = Guard::new(address, token, &self.hosts);
        let router = router.merge(guard.around(pages));
        Ok((router, OpenConsole(Some(streams))))
    }
}

/// Returns the recent traces, if the program creates spans.
fn recent_traces(running: &[Box<dyn Running>]) -> Option<RecentTraces> {
    let traces: Option<&RunningTraces> = find_running(running);
    let pipeline = traces?.pipeline.as_ref();
    pipeline.map(Pipeline::recent_traces)
}

/// Returns the latest lines of the log, if there is one.
fn recent_lines(running: &[Box<dyn Running>]) -> Option<RecentLines> {
    let log: Option<&RunningLog> = find_running(running);
    let pipeline = log?.pipeline.as_ref();
    pipeline.map(log::Pipeline::recent)
}

impl TelemetryBuilder {
    /// Sets whether the admin listener serves the [console](crate::console), whatever `GLYPH_CONSOLE`
    /// sets. Default: true in builds with debug assertions, else false.
    ///
    /// On a listener that is not on loopback, requests need the [admin token](Self::admin_token). While the
    /// console is on, the ring keeps the traces of a program that exports them too.
    pub fn console(self, is_on: bool) -> Self {
        self.with(|admin: &mut Admin| admin.console.is_wanted = Some(is_on))
    }

    /// Sets the limit of bytes that the history and the log lines of the [console](crate::console) take,
    /// at least 1 MiB. Default: 32 MiB.
    ///
    /// When the history of 15 minutes needs more, its snapshots become rarer, and it becomes shorter.
    pub fn console_memory(self, bytes: usize) -> Self {
        self.with(|admin: &mut Admin| admin.console.limits.memory = bytes)
    }

    /// Divides the windows and the pending times of the [console](crate::console)'s alerts by `factor`, and
    /// takes a snapshot each second. Default: they are unchanged.
    ///
    /// The shortest result is one second. Objectives do not change. Use it to rehearse alerts next to rules
    /// that are generated with `--shorten`, not in production.
    ///
    /// ```
    /// use std::{num::NonZeroU32, time::Duration};
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("shop")
    ///     .listener(([127, 0, 0, 1], 0))
    ///     .console(true)
    ///     .console_shortened(NonZeroU32::new(30).ok_or("zero")?)
    ///     .install()?;
    /// let report = telemetry.shutdown_blocking(Duration::from_secs(5));
    /// assert!(report.is_complete(), "{report}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn console_shortened(self, factor: NonZeroU32) -> Self {
        self.with(|admin: &mut Admin| admin.console.limits.shortened = Some(factor))
    }

    /// Starts the listener only if the [console](crate::console) is on, for a program that serves
    /// [`Telemetry::router`](crate::Telemetry::router) on its own listener.
    ///
    /// The address is that of `OTEL_EXPORTER_PROMETHEUS_HOST` and `OTEL_EXPORTER_PROMETHEUS_PORT`, or
    /// `127.0.0.1:9464`, or a free port while that is in use. A line of the log has it. A listener of
    /// [`listener`](Self::listener) stays as it is.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("shop").listener_for_console().console(false).install()?;
    /// assert!(telemetry.local_addr().is_none());
    /// let report = telemetry.shutdown_blocking(Duration::from_secs(5));
    /// assert!(report.is_complete(), "{report}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn listener_for_console(self) -> Self {
        self.with(|admin: &mut Admin| {
            if !matches!(admin.address, Address::At(_)) {
                admin.address = Address::Environment;
                admin.is_for_console = true;
            }
        })
    }

    /// Adds a host, without a port, under which browsers reach the [console](crate::console), in
    /// addition to loopback names and addresses and the address of the listener.
    ///
    /// Requests for other hosts are rejected: a page of another site whose name leads to this machine
    /// could read the console otherwise.
    pub fn console_host(self, host: impl Into<String>) -> Self {
        let host = host.into();
        self.with(|admin: &mut Admin| admin.console.hosts.push(host))
    }

    /// Adds another program, which the page of the [console](crate::console) can show in place of this one.
    ///
    /// The page offers a choice, and asks no other program before it is chosen. The other program has to
    /// allow it with [`console_reader`](Self::console_reader). Requests to it have no token and no password,
    /// so it has to listen on loopback. The origin is a scheme, a host and a port. The host is a name or an
    /// IPv4 address. An invalid origin is an error of `install`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let proxy = Telemetry::builder("proxy")
    ///     .listener(([127, 0, 0, 1], 0))
    ///     .console(true)
    ///     .console_program("http://127.0.0.1:9465")
    ///     .build()?;
    /// # let report = proxy.shutdown_blocking(Duration::from_secs(5));
    /// # assert!(report.is_complete(), "{report}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn console_program(self, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        self.with(|admin: &mut Admin| admin.console.programs.push(origin))
    }

    /// Allows the page of another program's console, at this origin, to read the [console](crate::console)
    /// of this one, as with [`console_program`](Self::console_program). Default: no other page can.
    ///
    /// The page can read the API, and cannot set the filter of the log. An invalid origin is an error of
    /// `install`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = Telemetry::builder("auth")
    ///     .listener(([127, 0, 0, 1], 0))
    ///     .console(true)
    ///     .console_reader("http://127.0.0.1:9464")
    ///     .build()?;
    /// # let report = auth.shutdown_blocking(Duration::from_secs(5));
    /// # assert!(report.is_complete(), "{report}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn console_reader(self, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        self.with(|admin: &mut Admin| admin.console.readers.push(origin))
    }
}
