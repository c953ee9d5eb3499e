use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app", scope(inf: max 10, NaN: max 10))]
pub struct Metrics {
    /// Requests.
    pub requests: Counter,
}

fn main() {}
