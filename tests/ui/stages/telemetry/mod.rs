use glyph_runtime::{Counter, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy)]
pub enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(Label, Clone, Copy)]
pub enum Kind {
    Llm,
    Stt,
}

#[derive(LabelSet)]
pub struct Request {
    pub provider: Provider,
    pub kind: Kind,
    pub status: Status,
}

#[derive(LabelSet)]
pub struct Connection {
    #[label(max = 8)]
    pub port: u16,
}

#[metric_catalog(namespace = "voice", stages = stage)]
pub struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(stt, requests = requests, labels(provider: Provider, kind: Kind))]
    pub duration: Histogram,
    /// Requests.
    pub requests: Counter<Request>,
    /// Time to connect.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(connect, labels(port: u16))]
    pub connecting: Histogram<Connection>,
}
