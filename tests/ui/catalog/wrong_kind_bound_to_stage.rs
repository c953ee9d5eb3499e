use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds)]
    #[stage(stt, requests = running, in_flight = requests)]
    pub stt_duration: Histogram,
    /// Latency of inference.
    #[metric(unit = bytes, buckets = [1KiB])]
    #[stage(llm)]
    pub llm_size: Histogram,
    /// Requests.
    #[stage(tts)]
    pub requests: Counter,
    /// Calls under way.
    pub running: Gauge,
}

fn main() {}
