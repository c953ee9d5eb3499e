//! The plugin bus: dispatches flows to plugins.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use glyph_runtime::wait::{Queue, Queued};
use glyph_runtime::{context, instrument_stage};
use serde_json::json;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::{Instrument, Span};

use crate::netgate::{Netgate, RejectedByHost};
use crate::telemetry::{BusMetrics, stage};

/// Capacity of a plugin's queue.
const CAPACITY: usize = 8;

#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("no plugin received the flow")]
pub(crate) struct NoReceiver;

/// A flow for a plugin, with the span that dispatched it. The plugin's work belongs to that span.
struct Event {
    flow: u32,
    span: Span,
}

/// A plugin of the bus.
struct Plugin {
    name: &'static str,
    queue: Queue,
    /// `None` after the last flow.
    events: Option<mpsc::Sender<Queued<Event>>>,
    task: JoinHandle<()>,
}

/// The plugins that receive flows.
pub(crate) struct Bus {
    plugins: Vec<Plugin>,
}

impl Bus {
    /// Starts the plugins. Each inspects flows and asks its host about the results.
    pub(crate) fn start(netgate: &Arc<Netgate>, plugins: &[(&'static str, &'static str)]) -> Self {
        let plugins = plugins.iter().map(|(name, host)| {
            let (events, waiting) = mpsc::channel(CAPACITY);
            let queue = Queue::new(name).capacity(CAPACITY);
            let supervised = supervise(name, host, Arc::clone(netgate), waiting);
            Plugin {
                name,
                queue: queue.recorder(BusMetrics::global()),
                events: Some(events),
                task: context::spawn(supervised),
            }
        });
        Self {
            plugins: plugins.collect(),
        }
    }

    /// Captures one flow and sends it to all plugins.
    pub(crate) async fn capture(&self, flow: u32) -> Result<(), NoReceiver> {
        let span = tracing::info_span!("proxy.capture_flow", flow);
        let captured = async {
            tracing::info!("flow captured");
            self.dispatch(flow).await
        };
        captured.instrument(span).await
    }

    #[instrument_stage(stage::flow_dispatch, name = "plugin_bus.dispatch_flow", fields(flow))]
    async fn dispatch(&self, flow: u32) -> Result<(), NoReceiver> {
        let mut taken = false;
        for plugin in &self.plugins {
            let span = tracing::info_span!("plugin_bus.dispatch_event", plugin = plugin.name);
            let event = Event {
                flow,
                span: span.clone(),
            };
            if let Some(events) = &plugin.events {
                let queued = plugin.queue.track(event);
                taken |= events.send(queued).instrument(span).await.is_ok();
            }
        }
        if taken { Ok(()) } else { Err(NoReceiver) }
    }

    /// Waits until the plugins have processed the queued events.
    pub(crate) async fn drain(&mut self) {
        for plugin in &mut self.plugins {
            plugin.events = None;
            if let Err(error) = (&mut plugin.task).await {
                tracing::error!(plugin = plugin.name, %error, "plugin lost");
            }
        }
    }
}

/// Runs a plugin until the last flow.
async fn supervise(
    plugin: &'static str,
    host: &'static str,
    netgate: Arc<Netgate>,
    mut events: mpsc::Receiver<Queued<Event>>,
) {
    if connect(plugin).await.is_err() {
        return;
    }
    while let Some(queued) = events.recv().await {
        let Event { flow, span } = queued.take();
        let work = async {
            let task = tracing::info_span!("plugin.supervisor.task", plugin, flow);
            let done = execute(plugin, host, &netgate).instrument(task).await;
            if let Err(error) = done {
                tracing::warn!(%error, "plugin failed");
            }
        };
        work.instrument(span).await;
    }
}

/// Connects to a plugin.
#[instrument_stage(stage::rpc, name = "plugin_bus.EventStream", kind = server, labels(method = "event_stream"), fields(plugin))]
async fn connect(plugin: &str) -> Result<(), NoReceiver> {
    sleep(Duration::from_millis(1)).await;
    tracing::info!("plugin connected");
    Ok(())
}

#[instrument_stage(stage::plugin_event, name = "plugin.runner.exec", labels(plugin))]
async fn execute(
    plugin: &str,
    host: &'static str,
    netgate: &Netgate,
) -> Result<(), RejectedByHost> {
    sleep(Duration::from_millis(2)).await;
    netgate.request(plugin, host).await
}

/// Reads recorded flows.
#[instrument_stage(stage::rpc, name = "replay.load_flows", labels(method = "load_flows"))]
pub(crate) fn load_flows(count: u32) -> Vec<u32> {
    (0..count).collect()
}

/// Writes the flows to a file, one JSON object a line.
#[tracing::instrument(name = "replay.write_flows", skip_all, fields(flows = flows.len()), err)]
pub(crate) fn write_flows(flows: &[u32], path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for flow in flows {
        writeln!(file, "{}", json!({ "flow": flow }))?;
    }
    file.flush()
}

/// Writes the results of the plugins.
#[instrument_stage(stage::rpc, name = "replay.write_cases", labels(method = "write_cases"), fields(cases = flows.len()))]
pub(crate) fn write_cases(flows: &[u32]) {
    tracing::info!("cases written");
}
