use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

#[metric_catalog(namespace = "glyph")]
pub struct Metrics {
    /// Series.
    pub series: Gauge,
    /// Latency of an export.
    #[metric(name = "export.duration", unit = seconds)]
    pub export: Histogram,
    /// Requests are another matter.
    pub requests: Counter,
}

fn main() {}
