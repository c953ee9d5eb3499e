//! All metrics: latency of flows, plugins and requests, what fails, and how full the queues are.

use glyph_runtime::artifacts::Artifacts;
use glyph_runtime::wait::{QueueRecorder, WaitEnd, WaitRecorder, WaitRequest};
use glyph_runtime::{CallStatus, Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

/// The first digit of a status, or that no response came.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusClass {
    #[label(name = "2xx")]
    Success,
    #[label(name = "3xx")]
    Redirect,
    #[label(name = "4xx")]
    ClientError,
    #[label(name = "5xx")]
    ServerError,
    #[label(name = "none")]
    NoResponse,
}

impl StatusClass {
    pub(crate) const fn of(status: u16) -> Self {
        match status {
            0..300 => Self::Success,
            300..400 => Self::Redirect,
            400..500 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

/// Who sends a request: a client through the proxy, or a plugin through the netgate.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    Proxy,
    Netgate,
}

/// Whether plugins get a flow as it was captured, or without its secrets.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    Raw,
    Sanitized,
}

/// The scope label of a wait for a host's limit.
pub(crate) const PER_HOST: &str = "per_host";

/// The methods that plugins and operators call.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rpc {
    EventStream,
    LoadFlows,
    WriteFlows,
    WriteCases,
}

/// The limit that a request met.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Global,
    PerHost,
}

/// Why a plugin did not finish an event.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Reported,
    Exited,
    Garbled,
    Timeout,
}

#[derive(LabelSet)]
pub(crate) struct Call {
    pub(crate) method: Rpc,
    pub(crate) status: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Plugin<'a> {
    #[label(max = 64)]
    pub(crate) plugin: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Failure<'a> {
    #[label(max = 64)]
    pub(crate) plugin: &'a str,
    pub(crate) reason: Reason,
}

#[derive(LabelSet)]
pub(crate) struct FanOut {
    pub(crate) variant: Variant,
}

#[derive(LabelSet)]
pub(crate) struct Exchange {
    pub(crate) via: Via,
}

#[derive(LabelSet)]
pub(crate) struct Response {
    pub(crate) via: Via,
    pub(crate) class: StatusClass,
}

#[derive(LabelSet)]
pub(crate) struct Throttle {
    pub(crate) scope: Scope,
}

/// The metrics of the proxy, its bus and its netgate.
#[metric_catalog(
    namespace = "glyph",
    stages = stage,
    rule_interval = 1m,
    max_series = 10_000
)]
pub(crate) struct BusMetrics {
    /// Latency of core RPC handlers; that of an event stream is the life of a plugin's process.
    #[metric(name = "rpc.duration", unit = seconds)]
    #[stage(rpc, labels(method: Rpc))]
    pub(crate) rpc_duration: Histogram<Call>,

    /// Time spent handling events that plugins send.
    #[metric(name = "plugin.event.duration", unit = seconds)]
    #[stage(plugin_event, labels(plugin: &str))]
    #[alert("0xgenPluginLatencyCritical", p95 > 5s, for = 3m, severity = critical, by(plugin),
        summary = "Plugin {plugin} is slow", description = "Its p95 was {{ $value | humanizeDuration }}.")]
    #[panel(
        title = "Plugin Pipeline Latency",
        row = "Plugins",
        by(plugin),
        quantiles(p50, p95)
    )]
    pub(crate) plugin_event_duration: Histogram<Plugin<'_>>,

    /// Latency of the fan-out of raw and sanitized flows to plugins.
    #[metric(name = "flow.dispatch", unit = seconds)]
    #[stage(flow_dispatch, labels(variant: Variant))]
    pub(crate) flow_dispatch: Histogram<FanOut>,

    /// Latency of HTTP requests, of clients through the proxy and of plugins through the netgate.
    #[metric(name = "http.request.duration", unit = seconds)]
    #[stage(http_request, labels(via: Via))]
    pub(crate) http_request_duration: Histogram<Exchange>,

    /// HTTP requests by the class of their status.
    #[alert("0xgenHTTPFailureRate", share(class = "4xx" | "5xx" | "none") > 20%, for = 5m, severity = warning,
        summary = "Too many HTTP requests fail")]
    pub(crate) http_requests: Counter<Response>,

    /// Requests of plugins that a limit delayed.
    #[metric(name = "http.throttle")]
    pub(crate) http_throttle: Counter<Throttle>,

    /// Requests of plugins that the netgate refused.
    #[metric(name = "netgate.refused")]
    pub(crate) netgate_refused: Counter<Plugin<'_>>,

    /// Events queued for a plugin.
    #[alert("0xgenQueueBackpressure", ratio(self / plugin_queue_capacity) > 80%, for = 2m, severity = warning, by(plugin),
        summary = "The queue of plugin {plugin} is nearly full", labels(team = "runtime"))]
    pub(crate) plugin_queue_length: Gauge<Plugin<'_>>,

    /// Capacity of a plugin's queue.
    pub(crate) plugin_queue_capacity: Gauge<Plugin<'_>>,

    /// Events that a plugin did not get, because its queue stayed full.
    #[metric(name = "plugin.events.dropped")]
    pub(crate) plugin_events_dropped: Counter<Plugin<'_>>,

    /// Events that a plugin did not finish.
    #[metric(name = "plugin.failures")]
    pub(crate) plugin_failures: Counter<Failure<'_>>,

    /// Processes of a plugin that were started in place of one that ended.
    #[metric(name = "plugin.restarts")]
    pub(crate) plugin_restarts: Counter<Plugin<'_>>,

    /// Findings that plugins reported.
    #[metric(name = "plugin.findings")]
    pub(crate) plugin_findings: Counter<Plugin<'_>>,
}

/// The netgate waits only for a limit that delays a request.
impl WaitRecorder for BusMetrics {
    fn ended(&self, wait: &WaitRequest, _: &WaitEnd) {
        let scope = match wait.scope {
            PER_HOST => Scope::PerHost,
            _ => Scope::Global,
        };
        self.http_throttle.inc(Throttle { scope });
    }
}

/// A plugin's queue is named after the plugin.
impl QueueRecorder for BusMetrics {
    fn resized(&self, plugin: &'static str, change: i64) {
        // Queue lengths are small enough for an exact conversion.
        let change = i32::try_from(change).unwrap_or_default();
        self.plugin_queue_capacity.add(Plugin { plugin }, change);
    }

    fn entered(&self, plugin: &'static str) {
        self.plugin_queue_length.inc(Plugin { plugin });
    }

    fn left(&self, plugin: &'static str, _: &WaitEnd) {
        self.plugin_queue_length.dec(Plugin { plugin });
    }
}

/// Returns what is generated from the catalog.
pub(crate) fn artifacts() -> Artifacts {
    Artifacts::of::<BusMetrics>().target_labels(["env"])
}
