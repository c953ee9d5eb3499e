//! Metrics of the language model.

use glyph_runtime::{
    CallStatus, Counter, Histogram, Label, LabelSet, label::SampledId, metric_catalog,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Llm,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Rules,
    #[label(name = "rules-small")]
    Small,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorType {
    Unavailable,
    RateLimited,
    Timeout,
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

/// Bucket bounds, in seconds.
const LATENCY: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The metrics of the language model.
#[metric_catalog(namespace = "llm", stages = stage, max_series = 30_000)]
pub(crate) struct Metrics {
    /// Total LLM errors by type.
    #[metric(sparse)]
    #[alert(GenerationFails, rate > 0.05/s, for = 5m, severity = critical, by(error_type), summary = "The language model fails: {error_type}")]
    pub(crate) errors: Counter<Failure>,

    /// Total LLM retries.
    #[metric(sparse)]
    pub(crate) retries: Counter<Call>,

    /// Total LLM fallback invocations.
    #[metric(sparse)]
    pub(crate) fallback: Counter<Call>,

    /// Time from request to first LLM token.
    #[metric(name = "time_to_first_token", unit = seconds, sparse, buckets = LATENCY)]
    pub(crate) first: Histogram<Ended>,

    /// End-to-end LLM generation latency.
    #[metric(name = "generation_latency", unit = seconds, sparse, buckets = LATENCY)]
    #[stage(generate, fallbacks = fallback, first_item = first, between_items = inter_token_latency, retries = retries,
        labels(session_id: SampledId, stage: Stage = Stage::Llm, model: Model))]
    #[objective(latency = 1s, target = 95%)]
    pub(crate) whole: Histogram<Ended>,

    /// Latency between streamed LLM tokens.
    #[metric(unit = seconds, sparse, buckets = LATENCY)]
    pub(crate) inter_token_latency: Histogram<Call>,
}
