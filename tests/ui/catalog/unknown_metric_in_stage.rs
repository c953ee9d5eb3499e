use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds)]
    #[stage(stt, requests = provider_request)]
    pub stt_duration: Histogram,
    /// Requests.
    pub provider_requests: Counter,
}

fn main() {
    let _ = stage::stt {};
}
