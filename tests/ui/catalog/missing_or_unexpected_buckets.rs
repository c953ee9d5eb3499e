use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Size.
    #[metric(unit = bytes)]
    pub size: Histogram,
    /// Requests.
    #[metric(buckets = [1, 2])]
    pub requests: Counter,
}

fn main() {}
