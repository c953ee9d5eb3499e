use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[metric(aggregate = max)]
    #[alert(Busy, rate > 10/s, aggregate = max)]
    #[panel(aggregate = avg)]
    pub requests: Counter,
    /// Latency.
    #[metric(unit = seconds)]
    #[alert(Slow, p95 > 2s, aggregate = max)]
    pub latency: Histogram,
    /// Disk usage.
    #[metric(unit = ratio, aggregate = maxx)]
    #[alert(Full, > 80%, aggregate = mean)]
    #[alert(Newest, ratio(self / connections) > 80%, aggregate = last)]
    #[alert(Gone, absent, aggregate = max)]
    #[panel(aggregate = summ)]
    pub disk_usage: Gauge,
    /// Connections.
    pub connections: Gauge,
}

fn main() {}
