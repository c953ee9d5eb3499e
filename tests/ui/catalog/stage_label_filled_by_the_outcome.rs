use glyph_runtime::{Counter, Histogram, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub cached: bool,
    pub status: Status,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts, requests = requests, labels(cached: bool, status: Status))]
    pub tts_duration: Histogram,
    /// Requests.
    pub requests: Counter<Request>,
}

fn main() {}
