use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespce = "app", max_series = 10, max_series = 20)]
pub struct Metrics {
    /// Requests.
    #[metric(unti = seconds)]
    pub requests: Counter,
    /// Errors.
    #[metric]
    pub errors: Counter,
}

fn main() {}
