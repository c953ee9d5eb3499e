use glyph_runtime::{Histogram, Label, metric_catalog};

#[derive(Label, Clone, Copy, Debug)]
#[label(never)]
pub struct OrgId(pub u64);

#[metric_catalog(namespace = "ibex", stages = stage)]
pub struct ProxyMetrics {
    /// Latency of validation.
    #[metric(unit = seconds)]
    #[stage(validate, labels(organisation: OrgId))]
    pub validation: Histogram,
    /// Latency of routing.
    #[metric(unit = seconds)]
    #[stage(route, labels(organisation: OrgId = OrgId(0)))]
    pub routing: Histogram,
}

fn main() {}
