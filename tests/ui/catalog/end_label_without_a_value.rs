use glyph_runtime::{Histogram, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct Lookup {
    pub cached: bool,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of lookups.
    #[metric(unit = seconds)]
    #[stage(lookup, end_labels(cached: bool))]
    pub lookup: Histogram<Lookup>,
    /// Latency of writes.
    #[metric(unit = seconds)]
    #[stage(write, labels(cached: bool), end_labels(cached: bool = false))]
    pub write: Histogram<Lookup>,
}

fn main() {}
