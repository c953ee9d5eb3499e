use glyph_core::{Counter, Label, LabelSet, metric_catalog};

#[derive(Label)]
pub enum Provider {
    Deepgram,
}

#[derive(LabelSet)]
pub struct Request {
    pub provider: Provider,
    pub cached: bool,
}

#[metric_catalog(namespace = "speech")]
pub struct Speech {
    /// Requests for transcription.
    pub requests: Counter<Request>,
}

fn main() {
    Speech::global().requests.inc(Request { provider: Provider::Deepgram });
}
