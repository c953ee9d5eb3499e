use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[metric(label = "kind")]
    pub requests: Counter,
}

fn main() {}
