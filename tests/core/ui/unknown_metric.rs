use glyph_core::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "speech", stages = stage)]
pub struct Speech {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [100ms, 1s])]
    #[stage(transcribe, requests = request)]
    pub latency: Histogram,
    /// Requests for transcription.
    pub requests: Counter,
}

fn main() {}
