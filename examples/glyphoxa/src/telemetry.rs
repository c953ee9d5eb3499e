//! All metrics of the pipeline, declared once.

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Status, artifacts::Artifacts, http::Method,
    metric_catalog, scope::ScopeLabels,
};

/// Bucket bounds, in seconds, for the latencies of a voice pipeline.
pub(crate) const LATENCY: [f64; 10] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A service that provides a stage.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    #[label(name = "openai")]
    OpenAi,
    Anthropic,
    Deepgram,
    #[label(name = "elevenlabs")]
    ElevenLabs,
    Ollama,
    Coqui,
    /// The recognizer and the synthesizer of this program.
    Embedded,
    #[label(name = "espeak-ng")]
    EspeakNg,
    Pocketsphinx,
}

impl Provider {
    pub(crate) const ALL: [Self; 9] = [
        Self::OpenAi,
        Self::Anthropic,
        Self::Deepgram,
        Self::ElevenLabs,
        Self::Ollama,
        Self::Coqui,
        Self::Embedded,
        Self::EspeakNg,
        Self::Pocketsphinx,
    ];
}

/// The function of a provider.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Llm,
    Stt,
    Tts,
    S2s,
    Embeddings,
}

#[derive(LabelSet)]
pub(crate) struct ProviderRequest {
    pub(crate) provider: Provider,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct ProviderError {
    pub(crate) provider: Provider,
    pub(crate) kind: Kind,
}

/// The model names the tool and can invent names, so the label has a limit.
#[derive(LabelSet)]
pub(crate) struct ToolCall<'a> {
    #[label(max = 128)]
    pub(crate) tool: &'a str,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct NpcUtterance<'a> {
    #[label(max = 256)]
    pub(crate) npc_id: &'a str,
}

/// `path` is the matched route, never the path of the request.
#[derive(LabelSet)]
pub(crate) struct HttpRequest<'a> {
    pub(crate) method: Method,
    #[label(max = 32)]
    pub(crate) path: &'a str,
}

/// The metrics of the voice pipeline. Speech belongs to its tenant, if it has one.
#[metric_catalog(
    namespace = "glyphoxa",
    stages = stage,
    max_series = 10_000,
    scope(tenant_id: max 1000, campaign_id: max 5000),
)]
pub(crate) struct VoiceMetrics {
    /// Latency of speech-to-text transcription.
    #[metric(name = "stt.duration", unit = seconds, buckets = LATENCY)]
    #[stage(stt, requests = provider_requests, errors = provider_errors, labels(provider: Provider, kind: Kind = Kind::Stt))]
    #[alert(HighSTTLatency, p95 > 2s, for = 5m, severity = warning, summary = "STT transcription p95 exceeds 2 seconds")]
    #[objective(latency = 500ms, target = 95%)]
    #[panel(
        title = "STT Latency (p50 / p95)",
        row = "Latency",
        quantiles(p50, p95)
    )]
    pub(crate) stt_duration: Histogram,

    /// Latency of LLM inference.
    #[metric(name = "llm.duration", unit = seconds, buckets = LATENCY)]
    #[stage(llm, requests = provider_requests, errors = provider_errors, labels(provider: Provider, kind: Kind = Kind::Llm))]
    #[alert(HighLLMLatency, p95 > 3s, for = 5m, severity = warning, summary = "LLM inference p95 exceeds 3 seconds")]
    #[objective(latency = 1s, target = 95%)]
    #[panel(
        title = "LLM Latency (p50 / p95)",
        row = "Latency",
        quantiles(p50, p95)
    )]
    pub(crate) llm_duration: Histogram,

    /// Latency of text-to-speech synthesis.
    #[metric(name = "tts.duration", unit = seconds, buckets = LATENCY)]
    #[stage(tts, requests = provider_requests, errors = provider_errors, labels(provider: Provider, kind: Kind = Kind::Tts))]
    #[alert(HighTTSLatency, p95 > 2s, for = 5m, severity = warning, summary = "TTS synthesis p95 exceeds 2 seconds")]
    #[objective(latency = 500ms, target = 95%)]
    #[panel(
        title = "TTS Latency (p50 / p95)",
        row = "Latency",
        quantiles(p50, p95)
    )]
    pub(crate) tts_duration: Histogram,

    /// End-to-end speech-to-speech latency (mouth-to-ear).
    #[metric(name = "s2s.duration", unit = seconds, buckets = LATENCY)]
    #[stage(s2s)]
    #[alert(HighS2SLatency, p95 > 5s, for = 5m, severity = critical,
        summary = "End-to-end voice latency p95 exceeds 5 seconds",
        description = "Players wait too long for an answer of the NPCs.")]
    #[objective(latency = 2s, interpolated, target = 95%)]
    #[panel(
        title = "End-to-End S2S Latency (p50 / p95)",
        row = "Latency",
        quantiles(p50, p95)
    )]
    pub(crate) s2s_duration: Histogram,

    /// Latency of MCP tool execution.
    #[metric(name = "tool_execution.duration", unit = seconds, buckets = LATENCY)]
    #[stage(tool, requests = tool_calls, labels(tool: &str))]
    #[alert(SlowToolExecution, p95 > 5s, for = 5m, severity = warning, summary = "MCP tool execution p95 exceeds 5 seconds")]
    #[objective(latency = 2s, interpolated, target = 95%)]
    #[panel(row = "Traffic", hidden)]
    pub(crate) tool_execution_duration: Histogram,

    /// HTTP request processing time.
    #[metric(name = "http.request.duration", unit = seconds, buckets = LATENCY)]
    #[objective(latency = 100ms, target = 95%, of = self{path != "/healthz" | "/readyz" | "/metrics"}, by(path))]
    #[panel(
        title = "HTTP Request Duration (p95)",
        row = "Traffic",
        by(path),
        quantiles(p95)
    )]
    pub(crate) http_request_duration: Histogram<HttpRequest<'_>>,

    /// Total provider API requests.
    #[metric(name = "provider.requests")]
    #[objective(availability = 95%, errors = provider_errors)]
    #[panel(title = "Provider Requests by Kind", row = "Traffic", by(kind))]
    pub(crate) provider_requests: Counter<ProviderRequest>,

    /// Total MCP tool invocations.
    #[metric(name = "tool.calls")]
    #[alert(ToolCallsFail, rate{status = error} > 0.1/s, for = 5m, severity = warning,
        summary = "More than 0.1 tool calls a second fail")]
    #[panel(title = "Tool Calls by Tool", row = "Traffic", by(tool))]
    pub(crate) tool_calls: Counter<ToolCall<'_>>,

    /// Total NPC response utterances.
    #[metric(name = "npc.utterances")]
    #[panel(title = "NPC Utterances (rate)", row = "Overview", form = stat)]
    pub(crate) npc_utterances: Counter<NpcUtterance<'_>>,

    /// Total provider errors.
    #[metric(name = "provider.errors")]
    #[alert(ProviderDown, rate > 0.5/s, for = 2m, severity = critical, by(provider, kind),
        summary = "Provider {provider} ({kind}) is failing",
        description = "Calls failed faster than 0.5/s for 2 minutes. The voice pipeline is likely broken.")]
    #[alert(HighProviderErrorRate, rate > 0.1/s, for = 5m, severity = warning,
        summary = "All providers together have more than 0.1 errors a second")]
    #[alert(ProviderErrors, rate > 0.05/s, for = 5m, severity = warning, by(provider),
        summary = "{provider} has more than 0.05 errors a second")]
    #[alert(SpeechProviderErrors, rate{kind = stt | tts} > 0/s, for = 5m, severity = warning, by(kind),
        summary = "Providers of {kind} have errors")]
    #[alert(HighProviderErrorRatio, ratio(self / provider_requests) > 5%, for = 5m, severity = warning,
        summary = "Provider error ratio exceeds 5%")]
    #[panel(title = "Provider Errors (rate)", row = "Overview", form = stat, thresholds(red = 0.1/s))]
    pub(crate) provider_errors: Counter<ProviderError>,

    /// Number of currently active NPC agents.
    #[panel(title = "Active NPCs", row = "Overview", form = stat)]
    pub(crate) active_npcs: Gauge,

    /// Number of live voice sessions.
    #[alert(NoActiveSessions, == 0, aggregate = sum, for = 10m, severity = warning,
        summary = "No active voice sessions",
        description = "Nobody has been in a voice session for 10 minutes, in hours when somebody should be.")]
    #[panel(title = "Active Sessions", row = "Overview", form = stat, thresholds(yellow = 3, red = 5))]
    pub(crate) active_sessions: Gauge,

    /// Number of connected participants across all sessions.
    #[panel(row = "Overview", hidden)]
    pub(crate) active_participants: Gauge,

    /// Number of tasks that the runtime keeps alive.
    #[alert(TaskLeak, > 1000, for = 15m, severity = warning,
        summary = "More than 1000 tasks are alive for 15 minutes",
        description = "Tasks are probably started and never ended. Look at them with the console.")]
    #[panel(row = "Overview", hidden)]
    pub(crate) alive_tasks: Gauge,
}

/// Returns the artifacts of the metrics. `env` is a label of the scrape configuration.
pub(crate) fn artifacts() -> Artifacts {
    let artifacts = Artifacts::of::<VoiceMetrics>().target_labels(["env"]);
    with_overview(artifacts.service_name("glyphoxa"))
}

/// Adds the dashboard of an overview.
pub(crate) fn with_overview(artifacts: Artifacts) -> Artifacts {
    artifacts.and_dashboard("glyphoxa-overview", "Glyphoxa - Alpha Overview", OVERVIEW)
}

/// The panels of the overview.
const OVERVIEW: [&str; 11] = [
    "Active Sessions",
    "Active NPCs",
    "NPC Utterances (rate)",
    "Provider Errors (rate)",
    "STT Latency (p50 / p95)",
    "LLM Latency (p50 / p95)",
    "TTS Latency (p50 / p95)",
    "End-to-End S2S Latency (p50 / p95)",
    "Provider Requests by Kind",
    "Tool Calls by Tool",
    "HTTP Request Duration (p95)",
];

/// Adds one to a gauge for its own lifetime, however and wherever that ends.
#[derive(Debug)]
pub(crate) struct Presence {
    gauge: &'static Gauge,
    /// The tenant, whose gauge it is.
    labels: ScopeLabels,
}

impl Presence {
    pub(crate) fn new(gauge: &'static Gauge) -> Self {
        gauge.inc();
        Self {
            gauge,
            labels: ScopeLabels::current(),
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.labels.in_scope(|| self.gauge.dec());
    }
}
