use glyph_runtime::{Counter, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request<'a> {
    pub status: Status,
    #[label(max = 10)]
    pub indicator: &'a str,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[objective(availability = 99%, by(indicator), labels(indicator = "requests"))]
    pub requests: Counter<Request<'static>>,
}

fn main() {}
