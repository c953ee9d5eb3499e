//! A stage for the propagation tests.

use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "propagation", stages = stage)]
pub(crate) struct Metrics {
    /// Latency of lookups.
    #[metric(unit = seconds, buckets = [10ms, 1s])]
    #[stage(lookup)]
    pub(crate) lookup: Histogram,
}

pub(crate) fn lookups() -> u64 {
    Metrics::global().lookup.snapshot().count()
}
