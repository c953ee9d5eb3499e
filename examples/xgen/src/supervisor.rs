//! The supervisor of a plugin: hands it its events, serves what it asks for, and starts it again.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use glyph_runtime::context::Context;
use glyph_runtime::wait::Queued;
use glyph_runtime::{audit, instrument_stage};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tracing::Span;

use crate::fault::Fault;
use crate::flow::Flow;
use crate::netgate::Netgate;
use crate::plugin::Plugin;
use crate::process::{Lost, Process};
use crate::protocol::{FromPlugin, ToPlugin};
use crate::replay::{Case, Journal};
use crate::telemetry::{self, BusMetrics, Failure, Reason, stage};

/// The pauses before a plugin is started again: the first, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(5)];

/// A flow for a plugin, in the context that dispatched it.
pub(crate) struct Event {
    pub(crate) flow: Arc<Flow>,
    pub(crate) context: Context,
}

pub(crate) type Events = mpsc::Receiver<Queued<Event>>;

/// What all supervisors share.
pub(crate) struct Services {
    pub(crate) netgate: Netgate,
    pub(crate) cases: Journal<Case>,
    /// The time that a plugin has for one event.
    pub(crate) limit: Duration,
    pub(crate) fault: Option<Fault>,
    /// Prints the ids of processes.
    pub(crate) prints: bool,
}

pub(crate) struct Supervisor {
    pub(crate) plugin: Plugin,
    pub(crate) services: Arc<Services>,
    /// Whether the process is there and has said its name.
    pub(crate) connected: Arc<AtomicBool>,
    /// The pause before the next start.
    pub(crate) pause: Duration,
}

impl Supervisor {
    pub(crate) fn new(plugin: Plugin, services: Arc<Services>, connected: Arc<AtomicBool>) -> Self {
        let [pause, _] = PAUSES;
        Self {
            plugin,
            services,
            connected,
            pause,
        }
    }

    /// Runs the plugin until its queue is closed and empty.
    pub(crate) async fn run(mut self, mut events: Events) {
        let plugin = self.plugin.name();
        while self.event_stream(plugin, &mut events).await.is_err() {
            self.connected.store(false, Ordering::Relaxed);
            sleep(self.pause).await;
            let [_, longest] = PAUSES;
            self.pause = (self.pause * 2).min(longest);
            let restarts = &BusMetrics::global().plugin_restarts;
            restarts.inc(telemetry::Plugin { plugin });
        }
        self.connected.store(false, Ordering::Relaxed);
    }

    /// Starts a process and hands it events, until the last one or until the process is lost.
    #[instrument_stage(
        stage::rpc,
        name = "plugin_bus.EventStream",
        kind = server,
        labels(method = "event_stream"),
        fields(plugin, pid = _),
        err = event(level = warn)
    )]
    async fn event_stream(&mut self, plugin: &str, events: &mut Events) -> Result<(), Lost> {
        let fault = match self.plugin {
            Plugin::Headers => self.services.fault,
            _ => None,
        };
        let mut process = Process::start(self.plugin, fault).await?;
        let pid = process.id();
        Span::current().record("pid", pid);
        audit!(action = "start_plugin", plugin, pid, "plugin connected");
        if self.services.prints {
            // Standard output may be closed.
            let _printed = writeln!(io::stdout(), "plugin {plugin} has process id {pid}");
        }
        self.connected.store(true, Ordering::Relaxed);
        loop {
            let queued = tokio::select! {
                queued = events.recv() => queued,
                message = process.next() => return Err(Lost::Garbled(format!("{:?}", message?))),
            };
            let Some(queued) = queued else {
                return process.close().await;
            };
            let Event { flow, context } = queued.take();
            context
                .scope(self.task(&mut process, plugin, &flow))
                .await?;
        }
    }

    /// Hands a flow to the process and waits until it is done.
    #[tracing::instrument(name = "plugin.supervisor.task", skip_all, fields(plugin, flow = flow.id))]
    async fn task(&mut self, process: &mut Process, plugin: &str, flow: &Flow) -> Result<(), Lost> {
        let done = timeout(self.services.limit, self.execute(process, plugin, flow));
        let failed = |reason| {
            let failures = &BusMetrics::global().plugin_failures;
            failures.inc(Failure { plugin, reason });
        };
        match done.await.unwrap_or(Err(Lost::Late)) {
            Ok(None) => {
                let [first, _] = PAUSES;
                self.pause = first;
                Ok(())
            }
            Ok(Some(error)) => {
                failed(Reason::Reported);
                tracing::warn!(error, "plugin failed");
                Ok(())
            }
            Err(lost) => {
                failed(lost.reason());
                Err(lost)
            }
        }
    }

    /// Lets the plugin run on a flow. Returns the error that it reports.
    #[tracing::instrument(name = "plugin.runner.exec", skip_all, fields(plugin))]
    async fn execute(
        &self,
        process: &mut Process,
        plugin: &str,
        flow: &Flow,
    ) -> Result<Option<String>, Lost> {
        let event = flow.id;
        let flow_of_event = flow.clone();
        process
            .send(&ToPlugin::Flow {
                event,
                flow: flow_of_event,
            })
            .await?;
        loop {
            let message = match process.next().await? {
                FromPlugin::Done { event: done, error } if done == event => return Ok(error),
                message => message,
            };
            if let Some(reply) = self.handle(plugin, flow, message).await? {
                process.send(&reply).await?;
            }
        }
    }

    /// Serves what a plugin asks for.
    #[instrument_stage(stage::plugin_event, name = "plugin_bus.handle_event", labels(plugin))]
    async fn handle(
        &self,
        plugin: &str,
        flow: &Flow,
        message: FromPlugin,
    ) -> Result<Option<ToPlugin>, Lost> {
        match message {
            FromPlugin::Request { call, url } => {
                let sent = self.services.netgate.send(self.plugin, &url, flow).await;
                let (status, error) = match sent {
                    Ok(status) => (Some(status), None),
                    Err(error) => (None, Some(error.to_string())),
                };
                Ok(Some(ToPlugin::Response {
                    call,
                    status,
                    error,
                }))
            }
            FromPlugin::Finding { text } => {
                let findings = &BusMetrics::global().plugin_findings;
                findings.inc(telemetry::Plugin { plugin });
                let case = Case::new(plugin, flow, text);
                self.services.cases.add(case).await;
                Ok(None)
            }
            other => Err(Lost::Garbled(format!("{other:?}"))),
        }
    }
}
