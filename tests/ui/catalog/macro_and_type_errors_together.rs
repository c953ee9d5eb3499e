use glyph_runtime::{Counter, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub cached: bool,
    pub status: Status,
}

#[metric_catalog(namespace = "app", forbid_labels(cached), max_series = 3)]
pub struct Metrics {
    /// Requests.
    pub requests: Counter<Request>,
    pub errors: Counter,
}

fn main() {}
