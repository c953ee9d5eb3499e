//! The catalog that all tests here share.

use glyph_core::{Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
pub(crate) enum Status {
    Ok,
    Error,
    Cancelled,
    Panicked,
}

#[derive(LabelSet)]
pub(crate) struct Request {
    pub(crate) provider: Provider,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Busy {
    pub(crate) provider: Provider,
}

#[derive(LabelSet)]
pub(crate) struct ToolCall<'a> {
    #[label(max = 4)]
    pub(crate) tool: &'a str,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Handover {
    pub(crate) from: Provider,
    pub(crate) to: Provider,
}

#[metric_catalog(namespace = "captured", stages = stage)]
pub(crate) struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(stt, requests = requests, in_flight = transcribing, labels(provider: Provider))]
    pub(crate) stt: Histogram<Request>,
    /// Latency of synthesis.
    #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(tts)]
    pub(crate) tts: Histogram,
    /// Provider requests.
    pub(crate) requests: Counter<Request>,
    /// Transcriptions under way.
    pub(crate) transcribing: Gauge<Busy>,
    /// Calls of tools.
    #[metric(sparse)]
    pub(crate) tool_calls: Counter<ToolCall<'_>>,
    /// Calls that went from one provider to another.
    pub(crate) handovers: Counter<Handover>,
    /// Live sessions.
    pub(crate) sessions: Gauge,
    /// Time that providers billed.
    #[metric(unit = seconds)]
    pub(crate) billed: Counter,
    /// Sizes of answers.
    #[metric(unit = bytes, buckets = [1KiB])]
    pub(crate) answers: Histogram,
}
