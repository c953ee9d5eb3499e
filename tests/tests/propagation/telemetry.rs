//! A stage to propagate to.
#![expect(unreachable_pub, reason = "a catalog is public in its own module")]

use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "propagation", stages = stage)]
pub struct Metrics {
    /// Latency of lookups.
    #[metric(unit = seconds, buckets = [10ms, 1s])]
    #[stage(lookup)]
    pub lookup: Histogram,
}
