use glyph_runtime::{Counter, Label, LabelSet, Status, metric_catalog};

#[derive(Label)]
pub enum Kind {
    Llm,
    Stt,
}

#[derive(LabelSet)]
pub struct Request {
    pub kind: Kind,
    pub status: Status,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    pub requests: Counter<Request>,
}

fn main() {
    let metrics = Metrics::global();
    metrics.requests.inc(Request {
        kind: Status::Ok,
        status: Status::Ok,
    });
}
