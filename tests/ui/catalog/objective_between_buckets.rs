use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

const BOUNDS: [f64; 3] = [0.25, 0.5, 1.0];

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = BOUNDS)]
    #[objective(latency = 700ms, target = 99%)]
    #[objective(latency = 2s, target = 99%)]
    #[objective(latency = 100ms, target = 99%)]
    #[objective(latency = 500ms)]
    #[objective(latency = 500ms, target = 100%)]
    #[objective(latency = 500ms, target = 99%, of = requests{status != error})]
    pub latency: Histogram,
    /// Requests.
    #[objective(availability = 99.9%)]
    #[objective(availability = 99.9%, errors = self)]
    #[objective(availability = 99.9%, of = self)]
    #[objective(latency = 500ms, target = 99%)]
    #[objective(target = 99%)]
    pub requests: Counter,
    /// Sessions.
    #[objective(availability = 99.9%)]
    pub sessions: Gauge,
}

fn main() {}
