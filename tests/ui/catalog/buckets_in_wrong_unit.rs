use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = [1KiB])]
    pub latency: Histogram,
    /// Size.
    #[metric(unit = bytes, buckets = [10ms])]
    pub size: Histogram,
    /// Wait.
    #[metric(unit = seconds, buckets = [10min])]
    pub wait: Histogram,
}

fn main() {}
