//! Metrics of text to speech.

use glyph_runtime::{
    CallStatus, Counter, Histogram, Label, LabelSet, label::SampledId, metric_catalog,
};

use super::Direction;

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Tts,
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

/// The metrics of text to speech.
#[metric_catalog(namespace = "tts", stages = stage, max_series = 30_000)]
pub(crate) struct Metrics {
    /// Total TTS errors by type.
    #[metric(sparse)]
    #[alert(SynthesisFails, rate > 0.05/s, for = 5m, severity = critical, by(error_type), summary = "Text to speech fails: {error_type}")]
    pub(crate) errors: Counter<Failure>,

    /// Total TTS fallback invocations.
    #[metric(sparse)]
    pub(crate) fallback: Counter<Call>,

    /// Time from text-in to first TTS audio chunk.
    #[metric(name = "time_to_first_audio_chunk", unit = seconds, sparse, buckets = LATENCY)]
    pub(crate) first: Histogram<Ended>,

    /// Full TTS synthesis latency.
    #[metric(name = "synthesis_latency", unit = seconds, sparse, buckets = LATENCY)]
    #[stage(synthesize, fallbacks = fallback, first_item = first,
        labels(session_id: SampledId, stage: Stage = Stage::Tts, model: Model))]
    #[objective(latency = 500ms, target = 95%)]
    pub(crate) whole: Histogram<Ended>,

    /// Lag between text-in and audio-out for TTS.
    #[metric(name = "streaming.lag", unit = seconds, sparse, buckets = LATENCY)]
    pub(crate) streaming_lag: Histogram<Lag>,
}
