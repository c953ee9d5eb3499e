use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts)]
    pub tts_duration: Histogram,
}

fn main() {}
