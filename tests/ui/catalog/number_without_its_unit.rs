use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency of requests.
    #[metric(unit = seconds, buckets = [100ms, 1, 2s])]
    pub bounds: Histogram,
    /// Latency of requests.
    #[metric(unit = seconds, buckets = [100ms, 1s, 2s])]
    #[alert(Slow, p95 > 1)]
    pub threshold: Histogram,
    /// Latency of requests.
    #[metric(unit = seconds, buckets = [100ms, 1s, 2s])]
    #[objective(latency = 1, target = 99%)]
    pub latency: Histogram,
    /// Latency of requests.
    #[metric(unit = seconds, buckets = [100ms, 1s, 2s])]
    #[objective(latency = 1s, target = 0.99)]
    pub target: Histogram,
}

fn main() {}
