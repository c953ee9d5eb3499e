//! Metrics of speech to text.

use glyph_runtime::{
    CallStatus, Counter, Histogram, Label, LabelSet, label::SampledId, metric_catalog,
};

use super::Direction;

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Stt,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Embedded,
    #[label(name = "embedded-small")]
    Small,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorType {
    Unavailable,
    RateLimited,
    Disconnected,
}

#[derive(LabelSet)]
pub(crate) struct Failure {
    pub(crate) error_type: ErrorType,
    #[label(max = 64)]
    pub(crate) session_id: SampledId,
    pub(crate) stage: Stage,
    pub(crate) model: Model,
}

/// A call of a model.
#[derive(LabelSet)]
pub(crate) struct Call {
    #[label(max = 64)]
    pub(crate) session_id: SampledId,
    pub(crate) stage: Stage,
    pub(crate) model: Model,
}

/// A call and its status: how it ended, or that its first piece came.
#[derive(LabelSet)]
pub(crate) struct Ended {
    #[label(max = 64)]
    pub(crate) session_id: SampledId,
    pub(crate) stage: Stage,
    pub(crate) status: CallStatus,
    pub(crate) model: Model,
}

#[derive(LabelSet)]
pub(crate) struct Lag {
    pub(crate) direction: Direction,
    #[label(max = 64)]
    pub(crate) session_id: SampledId,
    pub(crate) model: Model,
}

/// Bucket bounds, in seconds.
const LATENCY: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The metrics of speech to text.
#[metric_catalog(namespace = "stt", stages = stage, max_series = 30_000)]
pub(crate) struct Metrics {
    /// Total STT errors by type.
    #[metric(sparse)]
    #[alert(TranscriptionFails, rate > 0.05/s, for = 5m, severity = critical, by(error_type), summary = "Speech to text fails: {error_type}")]
    pub(crate) errors: Counter<Failure>,

    /// Total STT fallback invocations.
    #[metric(sparse)]
    pub(crate) fallback: Counter<Call>,

    /// Time from audio start to first STT token.
    #[metric(name = "time_to_first_token", unit = seconds, sparse, buckets = LATENCY)]
    pub(crate) first: Histogram<Ended>,

    /// End-to-end STT transcription latency per utterance.
    #[metric(name = "transcription_latency", unit = seconds, sparse, buckets = LATENCY)]
    #[stage(transcribe, fallbacks = fallback, first_item = first,
        labels(session_id: SampledId, stage: Stage = Stage::Stt, model: Model))]
    #[objective(latency = 500ms, target = 95%)]
    pub(crate) whole: Histogram<Ended>,

    /// Lag between audio arrival and STT transcript emission.
    #[metric(name = "streaming.lag", unit = seconds, sparse, buckets = LATENCY)]
    pub(crate) streaming_lag: Histogram<Lag>,
}
