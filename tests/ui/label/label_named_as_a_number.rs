use glyph_runtime::{Counter, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy)]
#[label(name = "NaN")]
pub enum Number {
    One,
}

#[derive(LabelSet)]
pub struct Request<'a> {
    #[label(max = 10)]
    pub inf: &'a str,
    #[label(max = 10, name = "Nan")]
    pub number: &'a str,
}

#[metric_catalog(namespace = "app", scope(inf: max 10))]
pub struct Metrics {
    /// Requests.
    #[alert(Busy, rate > 10/s, by(inf))]
    pub requests: Counter<Request<'static>>,
}

fn main() {}
