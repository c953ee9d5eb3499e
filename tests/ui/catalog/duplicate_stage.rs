use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds)]
    #[stage(stt)]
    pub stt_duration: Histogram,
    /// Latency of the slow transcription.
    #[metric(unit = seconds)]
    #[stage(stt)]
    pub slow_duration: Histogram,
}

fn main() {}
