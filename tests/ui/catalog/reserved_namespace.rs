use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "glyph")]
pub struct Metrics {
    /// Requests.
    pub requests: Counter,
}

fn main() {}
