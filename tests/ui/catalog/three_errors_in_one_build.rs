use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    pub requests: Counter,
    /// Latency of transcription.
    #[metric(name = "stt.duration", unit = seconds, buckets = [10ms, 100ms, 50ms])]
    #[stage(stt, requests = request)]
    pub stt_duration: Histogram,
}

fn main() {
    let metrics = Metrics::global();
    metrics.requests.inc();
    metrics.stt_duration.observe(0.2);
    let _ = stage::stt {};
}
