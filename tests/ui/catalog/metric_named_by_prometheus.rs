use glyph_runtime::{Counter, Gauge, metric_catalog};

#[metric_catalog]
pub struct Metrics {
    /// Whether the program is there.
    pub up: Gauge,
    /// The program.
    pub target_info: Gauge,
    /// Time of a scrape.
    #[metric(name = "scrape.duration")]
    pub scrape: Gauge,
    /// Requests.
    #[metric(name = "")]
    pub requests: Counter,
}

fn main() {}
