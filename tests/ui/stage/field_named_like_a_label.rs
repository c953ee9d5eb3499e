use glyph_runtime::{Histogram, Label, instrument_stage, metric_catalog};

#[derive(Label)]
pub enum Kind {
    Stt,
}

#[metric_catalog(namespace = "app", stages = stage)]
pub struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(stt, labels(kind: Kind = Kind::Stt))]
    pub stt: Histogram,
}

#[instrument_stage(stage::stt, fields(kind = "streaming"))]
fn says_the_kind_twice() {}

fn main() {}
