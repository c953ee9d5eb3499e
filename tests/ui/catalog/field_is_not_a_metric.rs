use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    pub requests: u64,
    /// Errors.
    pub errors: Counter,
}

fn main() {
    Metrics::global().errors.inc();
}
