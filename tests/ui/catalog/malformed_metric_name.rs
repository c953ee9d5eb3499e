use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[metric(name = "provider-requests")]
    pub requests: Counter,
    /// Jobs of a batch.
    #[metric(buckets = [1, 10])]
    pub batch_count: Histogram,
}

fn main() {}
