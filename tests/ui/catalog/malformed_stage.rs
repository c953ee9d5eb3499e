use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(requests = requests)]
    pub a: Histogram,
    /// Latency of transcription.
    #[metric(unit = seconds)]
    #[stage(stt, request = requests)]
    pub b: Histogram,
    /// Latency of inference.
    #[metric(unit = seconds)]
    #[stage(llm, labels(kind, le: bool, cached: bool, cached: bool))]
    pub c: Histogram,
    /// Requests.
    pub requests: Counter,
}

fn main() {}
