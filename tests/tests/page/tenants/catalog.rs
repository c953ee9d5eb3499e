//! The catalog of the tests.

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Status, label::SampledId, metric_catalog,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet)]
pub(crate) struct ProviderRequest {
    pub provider: Provider,
    pub status: Status,
}

#[derive(LabelSet)]
pub(crate) struct ToolCall<'a> {
    #[label(max = 8)]
    pub tool: &'a str,
    pub status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Connection {
    #[label(max = 4)]
    pub session_id: SampledId,
}

#[metric_catalog(
    namespace = "glyphoxa",
    stages = stage,
    scope(tenant_id: max 1000, campaign_id: max 5000),
)]
pub(crate) struct VoiceMetrics {
    /// Latency of speech-to-text transcription.
    #[metric(name = "stt.duration", unit = seconds, buckets = [10ms, 1s])]
    #[stage(
        stt,
        requests = provider_requests,
        in_flight = transcribing,
        retries = stt_retries,
        labels(provider: Provider),
    )]
    pub stt_duration: Histogram,

    /// Provider API requests.
    #[metric(name = "provider.requests")]
    pub provider_requests: Counter<ProviderRequest>,

    /// Transcriptions under way.
    pub transcribing: Gauge,

    /// Transcriptions that were tried again.
    #[metric(name = "stt.retries")]
    pub stt_retries: Counter,

    /// Tool invocations.
    #[metric(name = "tool.calls")]
    pub tool_calls: Counter<ToolCall<'_>>,

    /// NPC responses.
    #[metric(name = "npc.utterances")]
    pub utterances: Counter,

    /// Live voice sessions.
    pub active_sessions: Gauge,

    /// The catalog of a library.
    #[catalog]
    pub audio: AudioMetrics,
}

/// A library's, which knows nothing of tenants.
#[metric_catalog(namespace = "audio")]
pub(crate) struct AudioMetrics {
    /// Frames that were decoded.
    pub frames: Counter,

    /// Peer connections.
    pub connections: Counter<Connection>,
}

/// What is recorded for a tenant of one label.
#[metric_catalog(namespace = "storm", scope(Tenant { tenant_id: max 1000 }, idle = 10m))]
pub(crate) struct StormMetrics {
    /// Requests.
    pub requests: Counter,

    /// Requests by how they ended.
    pub ended: Counter<Ended>,
}

#[derive(LabelSet)]
pub(crate) struct Ended {
    pub status: Status,
}
