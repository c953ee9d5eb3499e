use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = [10ms, 25ms, 25ms, 1s, 0.5s])]
    pub latency: Histogram,
}

fn main() {}
