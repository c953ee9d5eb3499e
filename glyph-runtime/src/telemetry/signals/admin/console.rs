//! The console on the admin listener.

use std::net::SocketAddr;

use axum::Router;

use super::Admin;
use crate::{
    admin::{Token, guard::Guard},
    config::Configuration,
    console::{self, DEFAULT_MEMORY, Identity, Log, Streams, Subject},
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
#[derive(Debug)]
pub(super) struct Console {
    /// `None` if the environment or the build decides.
    is_wanted: Option<bool>,
    memory: usize,
    hosts: Vec<String>,
}

impl Default for Console {
    fn default() -> Self {
        Self {
            is_wanted: None,
            memory: DEFAULT_MEMORY,
            hosts: Vec::new(),
        }
    }
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
    fn is_on(&self, configuration: &Configuration) -> bool {
        let is_wanted = self.is_wanted.or(configuration.console);
        is_wanted.unwrap_or(cfg!(debug_assertions))
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
        let (pages, streams) = console::start(subject, self.memory)?;
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
    /// On a listener that is not on loopback, requests need the [admin token](Self::admin_token).
    pub fn console(self, is_on: bool) -> Self {
        self.with(|admin: &mut Admin| admin.console.is_wanted = Some(is_on))
    }

    /// Sets the limit of bytes that the history and the log lines of the [console](crate::console) take,
    /// at least 1 MiB. Default: 32 MiB.
    ///
    /// When the history of 15 minutes needs more, its snapshots become rarer, and it becomes shorter.
    pub fn console_memory(self, bytes: usize) -> Self {
        self.with(|admin: &mut Admin| admin.console.memory = bytes)
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
}
