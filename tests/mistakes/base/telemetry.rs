//! The labels, the label sets and the metrics of the service.

use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, Label, LabelSet, Outcome, Status, http, metric_catalog,
};

/// Bucket bounds of latencies, in seconds.
pub const LATENCY: [f64; 5] = [0.05, 0.1, 0.5, 1.0, 2.5];

/// Sample rates that the service accepts, in hertz.
pub const SAMPLE_RATES: [u32; 3] = [8_000, 16_000, 48_000];

/// A company whose models the service calls.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Deepgram,
    #[label(name = "eleven_labs")]
    ElevenLabs,
    Whisper,
}

/// The task of a model.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Stt,
    Tts,
    Llm,
}

/// The end of a lookup in the cache.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
pub enum Lookup {
    Ok,
    Error,
    Miss,
}

/// An id that must not be a label.
#[derive(Label, Clone, Debug)]
#[label(never)]
pub struct CallerId(pub String);

/// The labels of a request to a provider.
#[derive(LabelSet)]
pub struct ProviderRequest {
    pub provider: Provider,
    pub kind: Kind,
    pub status: CallStatus,
}

/// The labels of a failed request to a provider.
#[derive(LabelSet)]
pub struct ProviderError {
    pub provider: Provider,
    pub kind: Kind,
}

/// The labels of a call of a tool. The model can invent names of tools.
#[derive(LabelSet)]
pub struct ToolCall<'a> {
    #[label(max = 64)]
    pub tool: &'a str,
    pub retried: bool,
    pub status: Status,
}

/// The labels of a lookup in the cache.
#[derive(LabelSet)]
pub struct Looked {
    pub status: Lookup,
}

/// The labels of a hangup.
#[derive(LabelSet)]
pub struct Hangup {
    pub during: Option<Kind>,
    pub by_caller: bool,
}

/// How a provider can fail.
#[derive(Debug, Outcome)]
pub enum ProviderFailure {
    #[outcome(timeout)]
    DeadlineExceeded,
    #[outcome(from)]
    Connection(std::io::Error),
    Refused {
        code: u16,
    },
}

/// The metrics of the service.
#[metric_catalog(
    namespace = "voice",
    stages = stage,
    max_series = 20_000,
    scope(tenant_id: max 100),
    forbid_labels(user_id),
)]
pub struct VoiceMetrics {
    /// Time to transcribe speech.
    #[metric(name = "stt.duration", unit = seconds, buckets = [50ms, 100ms, 500ms, 1s, 2.5s])]
    #[stage(stt, requests = provider_requests, errors = provider_errors, in_flight = transcribing,
        labels(provider: Provider, kind: Kind = Kind::Stt))]
    #[alert(SlowTranscription, p95 > 2s, for = 5m, severity = warning,
        summary = "p95 of transcription is above 2 seconds")]
    #[objective(latency = 500ms, target = 95%)]
    #[panel(title = "Transcription", row = "Latency", quantiles(p50, p95))]
    pub stt_duration: Histogram,

    /// Time to generate an answer.
    #[metric(name = "llm.duration", unit = seconds, buckets = LATENCY)]
    #[stage(llm, requests = provider_requests, first_item = first_token, items = tokens,
        retries = llm_retries, labels(provider: Provider, kind: Kind = Kind::Llm))]
    pub llm_duration: Histogram,

    /// Time to the first token of an answer.
    #[metric(name = "llm.first_token", unit = seconds, buckets = [10ms, 100ms, 1s])]
    pub first_token: Histogram,

    /// Time to synthesize speech.
    #[metric(name = "tts.duration", unit = seconds, buckets = LATENCY)]
    #[stage(tts, labels(provider: Provider))]
    pub tts_duration: Histogram<Provider>,

    /// Time to run a tool.
    #[metric(name = "tool.duration", unit = seconds, buckets = LATENCY)]
    #[stage(tool, requests = tool_calls, labels(tool: &str, retried: bool = false))]
    pub tool_duration: Histogram,

    /// Time to look up an answer in the cache.
    #[metric(name = "cache.duration", unit = seconds, buckets = [1us, 10us, 1ms])]
    #[stage(lookup, requests = lookups)]
    pub lookup_duration: Histogram,

    /// Size of a recording.
    #[metric(name = "recording.size", unit = bytes, buckets = [4KiB, 64KiB, 1MiB])]
    pub recording_size: Histogram<Provider>,

    /// Requests to providers.
    #[metric(name = "provider.requests")]
    #[objective(availability = 99%, errors = provider_errors)]
    pub provider_requests: Counter<ProviderRequest>,

    /// Failed requests to providers.
    #[metric(name = "provider.errors")]
    #[alert(ProviderDown, rate > 0.5/s, for = 2m, severity = critical, by(provider),
        summary = "{provider} is failing")]
    #[alert(ManyErrors, ratio(self / provider_requests) > 5%, for = 10m, severity = warning,
        summary = "more than 5% of requests fail")]
    pub provider_errors: Counter<ProviderError>,

    /// Calls of tools.
    #[metric(name = "tool.calls")]
    #[panel(title = "Tools", row = "Traffic", by(tool))]
    pub tool_calls: Counter<ToolCall<'_>>,

    /// Lookups in the cache.
    pub lookups: Counter<Looked>,

    /// Tokens of answers.
    pub tokens: Counter,

    /// Retried requests for an answer.
    pub llm_retries: Counter<Provider>,

    /// Hangups.
    pub hangups: Counter<Hangup>,

    /// Speech that was played.
    #[metric(name = "speech.played", unit = seconds)]
    pub speech_played: Counter,

    /// Transcriptions in flight.
    pub transcribing: Gauge,

    /// Sessions in progress.
    #[alert(NoSessions, == 0, for = 10m, severity = warning, summary = "no session for 10 minutes")]
    #[panel(title = "Sessions", row = "Overview", form = stat, thresholds(yellow = 3, red = 5))]
    pub active_sessions: Gauge,

    /// Voices that are loaded, by provider.
    #[metric(name = "voices.loaded")]
    pub voices_loaded: Gauge<Provider>,

    /// The metrics of HTTP routes.
    #[catalog]
    pub http: http::ServerMetrics,
}
