use glyph_runtime::{Counter, Histogram, LabelSet, Status, metric_catalog};

const BOUNDS: [f64; 3] = [0.25, 0.5, 1.0];

#[derive(LabelSet)]
pub struct Request {
    pub status: Status,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = BOUNDS)]
    #[objective(latency = 500ms, interpolated, target = 99%, name = O1)]
    #[objective(latency = 250ms, interpolated, target = 99%, name = O2)]
    #[objective(latency = 1s, interpolated, target = 99%, name = O3)]
    #[objective(latency = 100ms, interpolated, target = 99%, name = O4)]
    #[objective(interpolated, latency = 2s, target = 99%, name = O5)]
    #[objective(latency = 700ms, interpolated, target = 99%, name = O6)]
    #[objective(latency = 700ms, interpolated = true, target = 99%, name = O7)]
    #[objective(latency = 700ms, interpolate, target = 99%, name = O8)]
    pub latency: Histogram,
    /// Requests.
    #[objective(availability = 99.9%, interpolated, name = O9)]
    #[objective(interpolated, target = 99%, name = O10)]
    pub requests: Counter<Request>,
}

fn main() {}
