use glyph_runtime::{Counter, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct Request<'a> {
    #[label(max = 10)]
    pub org_id: &'a str,
}

#[metric_catalog(namespace = "app", forbid_labels(org_id, session_id))]
pub struct Metrics {
    /// Requests.
    pub requests: Counter<Request<'_>>,
}

fn main() {
    Metrics::global().requests.inc(Request { org_id: "a" });
}
