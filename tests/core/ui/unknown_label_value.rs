use glyph_core::{Histogram, Label, LabelSet, instrument_stage, metric_catalog};

#[derive(Label, Clone, Copy)]
pub enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet)]
pub struct Transcription {
    pub provider: Provider,
}

#[metric_catalog(namespace = "speech", stages = stage)]
pub struct Speech {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [100ms, 1s])]
    #[stage(transcribe, labels(provider: Provider))]
    pub latency: Histogram<Transcription>,
}

#[instrument_stage(stage::transcribe, labels(provider = "deepgran"))]
fn transcribe() {}

fn main() {}
