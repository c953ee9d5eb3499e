//! All metrics and alerts of the services.

use glyph_runtime::artifacts::Artifacts;
use glyph_runtime::http::ClientMetrics;
use glyph_runtime::{CallStatus, Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    #[label(name = "2xx")]
    Success,
    #[label(name = "4xx")]
    ClientError,
    #[label(name = "5xx")]
    ServerError,
}

#[derive(LabelSet)]
pub(crate) struct Request<'a> {
    #[label(max = 32)]
    pub(crate) service: &'a str,
    pub(crate) code: Code,
    pub(crate) status: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Service<'a> {
    #[label(max = 32)]
    pub(crate) service: &'a str,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Query {
    ReadPassage,
    CreateNodes,
}

#[derive(LabelSet)]
pub(crate) struct Queried {
    pub(crate) query: Query,
    pub(crate) status: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Job {
    pub(crate) status: CallStatus,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Small,
    Large,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Prompt,
    Answer,
}

#[derive(LabelSet)]
pub(crate) struct Tokens {
    pub(crate) model: Model,
    pub(crate) direction: Direction,
}

#[derive(LabelSet)]
pub(crate) struct Answered {
    pub(crate) model: Model,
    pub(crate) status: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Host<'a> {
    #[label(max = 32)]
    pub(crate) host: &'a str,
}

/// The metrics of all services; each stamps its name.
#[metric_catalog(namespace = "gospelib", stages = stage, max_series = 60_000)]
pub(crate) struct ServiceMetrics {
    /// Completed requests.
    #[alert(ErrorRateSpike, share(code = "5xx") > 5%, for = 5m, severity = critical, by(service),
        summary = "{service} answers more than 5% of requests with 5xx")]
    #[alert(ServiceDown, expr = "up{job=\"gateway\"} == 0", for = 2m, severity = critical,
        summary = "The gateway does not answer its health check")]
    #[objective(availability = 99.9%, by(service))]
    #[panel(title = "Request Rate", row = "Service Overview", by(service))]
    pub(crate) http_requests: Counter<Request<'_>>,

    /// Request duration.
    #[metric(unit = seconds)]
    #[alert(HighLatency, p99 > 2s, for = 10m, severity = warning, by(service),
        summary = "p99 latency of {service} exceeds 2 seconds")]
    #[objective(latency = 500ms, target = 99%)]
    #[panel(
        title = "Latency P50/P95/P99 per Service",
        row = "Service Overview",
        by(service),
        quantiles(p50, p95, p99)
    )]
    pub(crate) http_request_duration: Histogram<Service<'_>>,

    /// Graph query duration.
    #[metric(unit = seconds)]
    #[stage(graph_query, labels(query: Query))]
    #[panel(
        title = "Query Latency",
        row = "FalkorDB",
        by(query),
        quantiles(p50, p95)
    )]
    pub(crate) graph_query_duration: Histogram<Queried>,

    /// Ingest jobs.
    #[panel(title = "Job Status", row = "Ingest Pipeline", by(status))]
    pub(crate) ingest_jobs: Counter<Job>,

    /// Ingest job duration.
    #[metric(unit = seconds)]
    #[stage(ingest, requests = ingest_jobs)]
    #[panel(
        title = "Processing Time",
        row = "Ingest Pipeline",
        quantiles(p50, p95)
    )]
    pub(crate) ingest_duration: Histogram,

    /// Nodes created by ingest jobs.
    #[panel(title = "Nodes Created", row = "Ingest Pipeline")]
    pub(crate) ingest_nodes: Counter,

    /// Tokens of prompts and responses.
    #[panel(title = "Token Usage", row = "AI Service", by(model, direction))]
    pub(crate) ai_tokens: Counter<Tokens>,

    /// Model response duration.
    #[metric(unit = seconds)]
    #[stage(answer, requests = ai_answers, labels(model: Model))]
    #[panel(
        title = "Response Latency",
        row = "AI Service",
        by(model),
        quantiles(p95)
    )]
    pub(crate) ai_response_duration: Histogram<Answered>,

    /// Answers of models.
    #[panel(title = "Model Breakdown", row = "AI Service", by(model))]
    pub(crate) ai_answers: Counter<Answered>,

    /// Process starts.
    #[metric(starts)]
    #[alert(RestartLoop, expr = "changes(process_start_time_seconds[10m]) > 3", severity = critical,
        summary = "{{ $labels.instance }} restarts again and again",
        fires("process_start_time_seconds 0+60"), silent("process_start_time_seconds 60"))]
    pub(crate) restarts: Counter,

    /// Database pool connections in use.
    #[alert(DBConnectionPoolExhausted, ratio(self / db_connections_max) > 80%, severity = warning,
        summary = "More than 80% of the database connections are in use")]
    #[panel(title = "Connection Pool", row = "PostgreSQL")]
    pub(crate) db_connections: Gauge,

    /// Database pool size.
    #[panel(title = "Connection Pool Size", row = "PostgreSQL")]
    pub(crate) db_connections_max: Gauge,

    /// Memory used by the graph database.
    #[metric(unit = bytes)]
    #[alert(GraphMemoryPressure, ratio(self / graph_memory_limit) > 80%, severity = warning,
        summary = "The graph database uses more than 80% of its memory")]
    pub(crate) graph_memory: Gauge,

    /// Memory limit of the graph database.
    #[metric(unit = bytes)]
    pub(crate) graph_memory_limit: Gauge,

    /// Used fraction of the disk.
    #[metric(unit = ratio)]
    #[alert(DiskUsageHigh, > 80%, severity = warning, summary = "The disk of {host} is over 80% full")]
    pub(crate) disk_usage: Gauge<Host<'_>>,

    /// Time until the TLS certificate expires.
    #[metric(unit = seconds)]
    #[alert(CertificateExpiry, < 14d, severity = warning, summary = "The certificate of {host} expires within 14 days")]
    pub(crate) certificate_lifetime: Gauge<Host<'_>>,
}

/// Returns what is generated from the catalogs.
pub(crate) fn artifacts() -> Artifacts {
    let artifacts = Artifacts::of::<ServiceMetrics>().and::<ClientMetrics>();
    artifacts.target_labels(["env"])
}
