use glyph_runtime::{Histogram, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy)]
pub enum Cache {
    Hit,
    Miss,
}

#[derive(LabelSet)]
pub struct Lookup {
    pub cache: Cache,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of lookups.
    #[metric(unit = seconds)]
    #[stage(lookup, end_labels(cache: Cache = None))]
    pub lookup: Histogram<Lookup>,
    /// Latency of writes.
    #[metric(unit = seconds)]
    #[stage(write, end_labels(cache: Option<Cache> = None))]
    pub write: Histogram<Lookup>,
}

fn main() {}
