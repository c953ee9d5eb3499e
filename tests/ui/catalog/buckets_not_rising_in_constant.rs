use glyph_runtime::{Histogram, metric_catalog};

const BOUNDS: [f64; 3] = [0.1, 0.5, 0.25];
const ENDLESS: &[f64] = &[0.1, f64::INFINITY];

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = BOUNDS)]
    pub latency: Histogram,
    /// Delay.
    #[metric(unit = seconds, buckets = ENDLESS)]
    pub delay: Histogram,
}

fn main() {}
