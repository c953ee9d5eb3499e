//! The catalog of a library.

use glyph_core::{Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy)]
pub enum Found {
    Hit,
    Miss,
}

#[derive(LabelSet)]
pub struct Lookup<'a> {
    pub found: Found,
    #[label(max = 8)]
    pub table: &'a str,
}

#[metric_catalog(namespace = "library")]
pub struct CacheMetrics {
    /// Lookups of values.
    pub lookups: Counter<Lookup<'_>>,
    /// Values that were removed to make room.
    pub evictions: Counter,
    /// Values by table.
    pub size: Gauge<Lookup<'_>>,
    /// Time to load a value.
    #[metric(unit = seconds)]
    pub load: Histogram,
}
