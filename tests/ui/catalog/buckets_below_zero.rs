use glyph_runtime::{Histogram, metric_catalog};

const BOUNDS: [f64; 3] = [-1.0, 0.0, 1.0];

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = [-1, 0, 1])]
    pub latency: Histogram,
    /// Size.
    #[metric(unit = bytes, buckets = BOUNDS)]
    pub size: Histogram,
    /// Score.
    #[metric(buckets = BOUNDS)]
    pub score: Histogram,
}

fn main() {}
