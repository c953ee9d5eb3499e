//! All metrics: latency of plugins and requests, failed requests, and queue lengths.

use glyph_runtime::artifacts::Artifacts;
use glyph_runtime::wait::{QueueRecorder, WaitEnd, WaitRecorder, WaitRequest};
use glyph_runtime::{CallStatus, Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusClass {
    #[label(name = "2xx")]
    Success,
    #[label(name = "4xx")]
    ClientError,
    #[label(name = "5xx")]
    ServerError,
}

/// The scope label of a wait for a host's limit.
pub(crate) const PER_HOST: &str = "per_host";

/// The methods that plugins and operators call.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rpc {
    EventStream,
    LoadFlows,
    WriteCases,
}

/// The limit that a request met.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Global,
    PerHost,
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
pub(crate) struct Response {
    pub(crate) class: StatusClass,
}

#[derive(LabelSet)]
pub(crate) struct Throttle {
    pub(crate) scope: Scope,
}

/// The metrics of the bus.
#[metric_catalog(namespace = "glyph", stages = stage, max_series = 10_000)]
pub(crate) struct BusMetrics {
    /// Latency of core RPC handlers.
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

    /// Latency of flows on their way to all plugins.
    #[metric(name = "flow.dispatch", unit = seconds)]
    #[stage(flow_dispatch)]
    pub(crate) flow_dispatch: Histogram,

    /// Latency of HTTP requests that are sent for plugins.
    #[metric(name = "http.request.duration", unit = seconds)]
    #[stage(http_request)]
    pub(crate) http_request_duration: Histogram,

    /// Proxied requests.
    #[alert("0xgenHTTPFailureRate", share(class = "4xx" | "5xx") > 20%, for = 5m, severity = warning,
        summary = "More than 20% of proxied requests fail")]
    pub(crate) http_requests: Counter<Response>,

    /// Requests delayed by a limit.
    #[metric(name = "http.throttle")]
    pub(crate) http_throttle: Counter<Throttle>,

    /// Events queued for a plugin.
    #[alert("0xgenQueueBackpressure", ratio(self / plugin_queue_capacity) > 80%, for = 2m, severity = warning, by(plugin),
        summary = "The queue of plugin {plugin} is over 80% full", labels(team = "runtime"))]
    pub(crate) plugin_queue_length: Gauge<Plugin<'_>>,

    /// Capacity of a plugin's queue.
    pub(crate) plugin_queue_capacity: Gauge<Plugin<'_>>,
}

/// Records only waits that took time.
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
