use glyph_runtime::{Histogram, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy)]
pub enum Store {
    Redis,
    Disk,
}

#[derive(Label, Clone, Copy)]
pub enum Cache {
    Hit,
    Miss,
    Unknown,
}

#[derive(LabelSet)]
pub struct Lookup {
    pub store: Store,
    pub cache: Cache,
}

#[metric_catalog(namespace = "cache", stages = stage)]
pub struct Metrics {
    /// Time of a lookup.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(lookup, labels(store: Store), end_labels(cache: Cache = Cache::Unknown))]
    pub lookup: Histogram<Lookup>,
    /// Time to connect.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(connect, labels(is_new: bool))]
    pub connect: Histogram,
}
