use glyph_runtime::{Counter, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub cached: bool,
    pub status: Status,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[metric(label = "kind")]
    pub requests: Counter<Request>,
}

fn main() {}
