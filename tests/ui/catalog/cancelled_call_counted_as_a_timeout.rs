//! A cancelled call counts as an error or not, and as nothing else.

use glyph_runtime::{Counter, Histogram, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub status: Status,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Time that questions took.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(ask, requests = requests, cancelled = timeout)]
    pub ask: Histogram,
    /// Questions.
    pub requests: Counter<Request>,
}

fn main() {}
