//! The plugin bus: hands each flow to all plugins, to some raw and to some without its secrets.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use glyph_runtime::context::{self, Context};
use glyph_runtime::instrument_stage;
use glyph_runtime::wait::{Queue, Queued};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;

use crate::flow::Flow;
use crate::plugin::Plugin;
use crate::supervisor::{Event, Services, Supervisor};
use crate::telemetry::{self, BusMetrics, Variant, stage};

/// Capacity of a plugin's queue.
const CAPACITY: usize = 32;

/// The time that a flow waits for a place in a queue, before the plugin misses it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time that plugins have for what is queued when the bus ends.
const DRAIN: Duration = Duration::from_secs(20);

/// The queue of a plugin, and whether its process is there.
struct Lane {
    plugin: Plugin,
    queue: Queue,
    events: mpsc::WeakSender<Queued<Event>>,
    connected: Arc<AtomicBool>,
}

/// The plugins that receive flows.
pub(crate) struct Bus {
    lanes: Vec<Lane>,
    /// The queues are open as long as these exist.
    open: Mutex<Vec<mpsc::Sender<Queued<Event>>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Bus {
    /// Starts all plugins.
    pub(crate) fn start(services: &Arc<Services>) -> Self {
        let (mut lanes, mut open, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        for plugin in Plugin::ALL {
            let (sender, events) = mpsc::channel(CAPACITY);
            let connected = Arc::new(AtomicBool::new(false));
            let supervisor = Supervisor::new(plugin, Arc::clone(services), Arc::clone(&connected));
            let queue = Queue::new(plugin.name()).recorder(BusMetrics::global());
            tasks.push(context::spawn(supervisor.run(events)));
            lanes.push(Lane {
                plugin,
                queue: queue.capacity(CAPACITY),
                events: sender.downgrade(),
                connected,
            });
            open.push(sender);
        }
        Self {
            lanes,
            open: Mutex::new(open),
            tasks: Mutex::new(tasks),
        }
    }

    /// Hands a flow to all plugins. Returns when each has it in its queue, or has missed it.
    pub(crate) async fn dispatch(&self, flow: Flow) {
        let sanitized = Arc::new(flow.sanitized());
        tokio::join!(
            self.fan_out(Variant::Raw, Arc::new(flow)),
            self.fan_out(Variant::Sanitized, sanitized)
        );
    }

    #[instrument_stage(
        stage::flow_dispatch,
        name = "plugin_bus.dispatch_flow",
        labels(variant),
        fields(flow = flow.id)
    )]
    async fn fan_out(&self, variant: Variant, flow: Arc<Flow>) {
        let lanes = self.lanes.iter();
        let lanes = lanes.filter(|lane| lane.plugin.variant() == variant);
        join_all(lanes.map(|lane| lane.offer(Arc::clone(&flow)))).await;
    }

    /// Closes the queues, and waits until the plugins have processed what is in them.
    pub(crate) async fn drain(&self) {
        lock(&self.open).clear();
        let tasks = mem::take(&mut *lock(&self.tasks));
        let stops: Vec<_> = tasks.iter().map(JoinHandle::abort_handle).collect();
        if timeout(DRAIN, join_all(tasks)).await.is_err() {
            tracing::error!("plugins did not process their queues in time");
            stops.iter().for_each(AbortHandle::abort);
        }
    }

    /// Returns whether a plugin is there and can take more flows.
    pub(crate) fn check(&self, plugin: Plugin) -> Result<(), &'static str> {
        let mut lanes = self.lanes.iter();
        let lane = lanes.find(|lane| lane.plugin == plugin);
        lane.map_or(Err("not started"), Lane::check)
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lane {
    /// Puts a flow into the queue. If there is no place for some time, the plugin misses it.
    #[tracing::instrument(name = "plugin_bus.dispatch_event", skip_all, fields(plugin = self.plugin.name()))]
    async fn offer(&self, flow: Arc<Flow>) {
        let Some(events) = self.events.upgrade() else {
            return;
        };
        let place = timeout(PATIENCE, events.reserve()).await;
        if let Ok(Ok(place)) = place {
            let context = Context::current();
            place.send(self.queue.track(Event { flow, context }));
            return;
        }
        let plugin = self.plugin.name();
        let dropped = &BusMetrics::global().plugin_events_dropped;
        dropped.inc(telemetry::Plugin { plugin });
        tracing::warn!(flow = flow.id, "event dropped: the queue is full");
    }

    fn check(&self) -> Result<(), &'static str> {
        if !self.connected.load(Ordering::Relaxed) {
            return Err("not connected");
        }
        match self.events.upgrade() {
            Some(events) if events.capacity() == 0 => Err("the queue is full"),
            _ => Ok(()),
        }
    }
}
