use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts, labels(size: f64))]
    pub tts_duration: Histogram,
}

fn main() {}
