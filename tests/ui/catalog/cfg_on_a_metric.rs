use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds)]
    pub latency: Histogram,
    /// Requests.
    #[cfg(unix)]
    pub requests: Counter,
}

fn main() {}
