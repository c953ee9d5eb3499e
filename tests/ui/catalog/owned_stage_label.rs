use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts, labels(tool: String))]
    pub tts_duration: Histogram,
}

fn main() {}
