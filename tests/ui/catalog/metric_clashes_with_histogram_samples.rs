use glyph_runtime::{Gauge, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Time of a job.
    #[metric(unit = seconds)]
    pub job: Histogram,
    /// Jobs.
    pub job_seconds_count: Gauge,
}

fn main() {}
