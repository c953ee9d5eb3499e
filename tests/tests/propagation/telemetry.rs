//! A stage to propagate to.
#![expect(
    unreachable_pub,
    dead_code,
    reason = "a catalog is public where it is used, and only its stage is used here"
)]

use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "propagation", stages = stage)]
pub struct Metrics {
    /// Latency of lookups.
    #[metric(unit = seconds, buckets = [10ms, 1s])]
    #[stage(lookup)]
    pub lookup: Histogram,
}
