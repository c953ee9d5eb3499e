use glyph_runtime::{Counter, Label, metric_catalog};

#[derive(Label)]
pub enum Job {
    Import,
    Export,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Lookups.
    pub lookups: Counter<bool>,
    /// Jobs. Prometheus reserves the label name `job`.
    pub jobs: Counter<Job>,
}

fn main() {}
