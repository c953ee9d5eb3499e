use std::time::Duration;

use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Size of a message.
    #[metric(unit = bytes, buckets = [1KiB, 1MiB])]
    pub size: Histogram,
}

fn main() {
    Metrics::global().size.observe(Duration::from_secs(1));
}
