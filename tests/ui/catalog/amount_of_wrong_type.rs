use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    pub requests: Counter,
}

fn main() {
    Metrics::global().requests.add(-1_i64);
    Metrics::global().requests.add(0.5);
}
