use glyph_runtime::{Counter, Gauge, Histogram, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct Lookup {
    pub cached: bool,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of lookups.
    #[metric(unit = seconds)]
    #[stage(lookup, in_flight = running, retries = retries, items = items, end_labels(cached: bool = false))]
    pub lookup: Histogram<Lookup>,
    /// Running lookups.
    pub running: Gauge<Lookup>,
    /// Retries.
    pub retries: Counter<Lookup>,
    /// Items.
    pub items: Counter<Lookup>,
}

fn main() {}
