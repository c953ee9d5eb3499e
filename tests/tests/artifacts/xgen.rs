//! A plugin bus: latency, failing requests, and queues that fill up.

use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusClass {
    #[label(name = "2xx")]
    Success,
    #[label(name = "4xx")]
    ClientError,
    #[label(name = "5xx")]
    ServerError,
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

#[metric_catalog(namespace = "plugin_bus")]
pub(crate) struct BusMetrics {
    /// Time spent handling events that plugins send.
    #[metric(name = "plugin.event.duration", unit = seconds)]
    #[alert("0xgenPluginLatencyCritical", p95 > 5s, for = 3m, severity = critical, by(plugin),
        summary = "Plugin {plugin} is slow", description = "Its p95 was {{ $value | humanizeDuration }}.")]
    pub(crate) plugin_event_duration: Histogram<Plugin<'_>>,

    /// Requests that were proxied.
    #[alert("0xgenHTTPFailureRate", share(class = "4xx" | "5xx") > 20%, for = 5m, severity = warning,
        summary = "More than 20% of proxied requests fail")]
    pub(crate) http_requests: Counter<Response>,

    /// Events that wait to be sent to a plugin.
    #[alert("0xgenQueueBackpressure", ratio(self / plugin_queue_capacity) > 80%, for = 2m, severity = warning, by(plugin),
        summary = "The queue of plugin {plugin} is over 80% full", labels(team = "runtime"))]
    pub(crate) plugin_queue_length: Gauge<Plugin<'_>>,

    /// Events that may wait to be sent to a plugin.
    pub(crate) plugin_queue_capacity: Gauge<Plugin<'_>>,
}
