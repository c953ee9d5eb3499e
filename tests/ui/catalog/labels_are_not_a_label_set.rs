use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    pub requests: Counter<f64>,
}

fn main() {}
