use glyph_runtime::{Counter, Gauge, Histogram, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub cached: bool,
    pub status: Status,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts, retries = requests, fallbacks = requests, labels(cached: bool))]
    pub tts_duration: Histogram,
    /// Latency of generation.
    #[metric(unit = seconds)]
    #[stage(llm, retries = running, fallbacks = fallback, labels(cached: bool))]
    pub llm_duration: Histogram,
    /// Requests.
    pub requests: Counter<Request>,
    /// Calls that went elsewhere.
    pub fallbacks: Counter,
    /// Calls under way.
    pub running: Gauge,
}

fn main() {}
