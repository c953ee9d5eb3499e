use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[metric(name = "provider.requests")]
    pub requests: Counter,
    /// Requests, again.
    pub provider_requests: Counter,
}

fn main() {}
