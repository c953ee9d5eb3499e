use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

const BOUNDS: [f64; 3] = [0.25, 0.5, 1.0];

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = BOUNDS)]
    #[objective(latency = 700ms, target = 99%, name = O1)]
    #[objective(latency = 2s, target = 99%, name = O2)]
    #[objective(latency = 100ms, target = 99%, name = O3)]
    #[objective(latency = 500ms, name = O4)]
    #[objective(latency = 500ms, target = 100%, name = O5)]
    #[objective(latency = 500ms, target = 99%, of = requests{status != error}, name = O6)]
    pub latency: Histogram,
    /// Requests.
    #[objective(availability = 99.9%, name = O7)]
    #[objective(availability = 99.9%, errors = self, name = O8)]
    #[objective(availability = 99.9%, of = self, name = O9)]
    #[objective(latency = 500ms, target = 99%, name = O10)]
    #[objective(target = 99%, name = O11)]
    pub requests: Counter,
    /// Sessions.
    #[objective(availability = 99.9%, name = O12)]
    pub sessions: Gauge,
}

fn main() {}
