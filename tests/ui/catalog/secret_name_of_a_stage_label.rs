use glyph_runtime::{Counter, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy)]
pub enum Kind {
    Personal,
    Service,
}

#[derive(LabelSet)]
pub struct Call {
    #[label(not_secret)]
    pub access_token: Kind,
    pub status: Status,
}

#[metric_catalog(namespace = "shop", stages = stage)]
pub struct Metrics {
    /// Time of a call.
    #[metric(name = "call.duration", unit = seconds, buckets = [1s])]
    #[stage(call, requests = calls, labels(access_token: Kind))]
    #[stage(known, requests = known_calls, labels(#[label(not_secret)] access_token: Kind))]
    #[stage(typo, labels(#[label(not_a_secret)] password: Kind))]
    #[stage(other, labels(#[doc = "no"] #[label(not_secret)] password: Kind))]
    pub duration: Histogram,
    /// Calls.
    pub calls: Counter<Call>,
    /// Other calls.
    pub known_calls: Counter<Call>,
}

fn main() {}
