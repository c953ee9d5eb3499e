use glyph_runtime::{Counter, Gauge, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[metric(liveness)]
    pub requests: Counter,
    /// Sessions.
    #[metric(starts)]
    pub sessions: Gauge,
    /// Both.
    #[metric(liveness, starts)]
    pub both: Gauge,
}

fn main() {}
