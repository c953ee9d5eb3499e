use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "ibex", stages = stage, forbid_labels(org_id))]
pub struct ProxyMetrics {
    /// Latency of validation.
    #[metric(unit = seconds)]
    #[stage(validate, labels(org_id: &str))]
    pub validation: Histogram,
}

fn main() {}
