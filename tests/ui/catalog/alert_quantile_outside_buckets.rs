use glyph_runtime::{Histogram, metric_catalog};

const BOUNDS: [f64; 2] = [0.25, 2.5];

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = BOUNDS)]
    #[alert(NeverFires, p95 > 2.5s)]
    #[alert(Guess, p95 > 100ms)]
    pub latency: Histogram,
}

fn main() {}
