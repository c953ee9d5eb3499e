use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds)]
    pub latency_seconds: Histogram,
    /// Requests.
    pub requests_total: Counter,
    /// Wait.
    #[metric(unit = milliseconds)]
    pub wait: Histogram,
}

fn main() {}
