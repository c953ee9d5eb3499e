use glyph_runtime::{Gauge, Histogram, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub cached: bool,
    pub status: Status,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of synthesis.
    #[metric(unit = seconds)]
    #[stage(tts, in_flight = running, labels(cached: bool))]
    pub tts_duration: Histogram,
    /// Calls under way.
    pub running: Gauge<Request>,
}

fn main() {}
