use glyph_runtime::{Counter, Histogram, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub status: Status,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = [100ms, 500ms, 1s])]
    #[objective(latency = 500ms, target = 99%)]
    #[objective(latency = 1s, target = 99.9%)]
    pub latency: Histogram,
    /// Requests.
    #[objective(availability = 99%, name = Requests)]
    #[objective(availability = 99.9%, name = Requests)]
    pub requests: Counter<Request>,
}

fn main() {}
