use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    pub requests: Counter,
    ///
    pub errors: Counter,
}

fn main() {
    Metrics::global().requests.inc();
}
