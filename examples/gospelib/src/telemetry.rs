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
    Neighbours,
    CreateNodes,
}

#[derive(LabelSet)]
pub(crate) struct Queried {
    pub(crate) query: Query,
    pub(crate) status: CallStatus,
}

/// A statement of the tables that are no graph, and its error.
#[derive(LabelSet)]
pub(crate) struct Statement<'a> {
    #[label(max = 4)]
    pub(crate) operation: &'a str,
    #[label(max = 4)]
    pub(crate) table: &'a str,
    #[label(max = 8)]
    pub(crate) error_type: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Searched {
    pub(crate) status: CallStatus,
}

/// Whether the cache had what was looked up.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Hit,
    Miss,
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
pub(crate) struct Volume<'a> {
    #[label(max = 8)]
    pub(crate) volume: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Certificate<'a> {
    #[label(max = 8)]
    pub(crate) certificate: &'a str,
}

/// A kind of item in what a browser sends.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Log,
    Exception,
    Measurement,
    Event,
    Span,
}

/// The vitals of a page that are times.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vital {
    /// Largest contentful paint.
    Lcp,
    /// Interaction to next paint, which has taken the place of the first input delay.
    Inp,
    /// Time to first byte.
    Ttfb,
}

/// Why a request of a browser was rejected.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    TooLarge,
    TooManyItems,
    Invalid,
}

/// The metrics of all services; each stamps its name.
#[metric_catalog(namespace = "gospelib", stages = stage, max_series = 80_000)]
pub(crate) struct ServiceMetrics {
    /// Completed requests.
    #[alert(ErrorRateSpike, share(code = "5xx") > 5%, for = 5m, severity = critical, by(service),
        summary = "{service} answers more than 5% of requests with 5xx")]
    #[alert(ServiceDown, expr = "up{job=~\"gateway|content|ingest\"} == 0", for = 2m, severity = critical,
        summary = "{{ $labels.job }} does not answer its health check",
        fires("up{job=\"content\"} 0"), silent("up{job=\"content\"} 1"))]
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
    #[panel(title = "Restart Count", row = "Kubernetes")]
    pub(crate) restarts: Counter,

    /// SQL statement duration.
    #[metric(unit = seconds, sparse)]
    #[panel(
        title = "Query Latency",
        row = "PostgreSQL",
        by(operation, table),
        quantiles(p50, p95)
    )]
    pub(crate) sql_duration: Histogram<Statement<'_>>,

    /// Database pool connections in use.
    #[alert(DBConnectionPoolExhausted, ratio(self / db_connections_max) > 80%, severity = warning,
        summary = "More than 80% of the database connections are in use")]
    #[panel(title = "Connection Pool", row = "PostgreSQL")]
    pub(crate) db_connections: Gauge,

    /// Database pool size.
    #[panel(title = "Connection Pool Size", row = "PostgreSQL")]
    pub(crate) db_connections_max: Gauge,

    /// Time to obtain a database connection.
    #[metric(unit = seconds)]
    #[stage(acquire, errors = db_connection_timeouts)]
    #[panel(title = "Connection Wait", row = "PostgreSQL", quantiles(p95))]
    pub(crate) db_connection_wait: Histogram,

    /// Requests for a database connection that timed out.
    #[panel(title = "Connection Timeouts", row = "PostgreSQL")]
    pub(crate) db_connection_timeouts: Counter,

    /// Lookups in the cache of neighbours.
    #[metric(label = "result")]
    #[panel(title = "Hit Rate", row = "Redis / ElastiCache", by(result))]
    pub(crate) cache_lookups: Counter<Lookup>,

    /// Size of the cached neighbours.
    #[metric(unit = bytes)]
    #[panel(title = "Memory", row = "Redis / ElastiCache")]
    pub(crate) cache_size: Gauge,

    /// Entries removed from the cache to make room.
    #[panel(title = "Evictions", row = "Redis / ElastiCache")]
    pub(crate) cache_evictions: Counter,

    /// Full-text search duration.
    #[metric(unit = seconds)]
    #[stage(search, requests = searches)]
    #[panel(title = "Search Latency", row = "Typesense", quantiles(p50, p95))]
    pub(crate) search_duration: Histogram,

    /// Full-text searches.
    #[panel(title = "Request Rate", row = "Typesense", by(status))]
    pub(crate) searches: Counter<Searched>,

    /// Size of the full-text index.
    #[metric(unit = bytes)]
    #[panel(title = "Index Size", row = "Typesense")]
    pub(crate) search_index: Gauge,

    /// Memory used by the graph database.
    #[metric(unit = bytes)]
    #[alert(GraphMemoryPressure, ratio(self / graph_memory_limit) > 80%, severity = warning,
        summary = "The graph database uses more than 80% of its memory")]
    #[panel(title = "Memory Usage", row = "FalkorDB")]
    pub(crate) graph_memory: Gauge,

    /// Memory limit of the graph database.
    #[metric(unit = bytes)]
    #[panel(title = "Memory Limit", row = "FalkorDB")]
    pub(crate) graph_memory_limit: Gauge,

    /// Nodes of the graph.
    #[panel(title = "Key Count", row = "FalkorDB")]
    pub(crate) graph_nodes: Gauge,

    /// Used fraction of the disk.
    #[metric(unit = ratio)]
    #[alert(DiskUsageHigh, > 80%, severity = warning, summary = "The disk of {volume} is over 80% full")]
    #[panel(title = "Disk Usage", row = "Kubernetes", by(volume))]
    pub(crate) disk_usage: Gauge<Volume<'_>>,

    /// Time until the TLS certificate expires.
    #[metric(unit = seconds, sparse)]
    #[alert(CertificateExpiry, < 14d, severity = warning, summary = "The certificate {certificate} expires within 14 days")]
    pub(crate) certificate_lifetime: Gauge<Certificate<'_>>,

    /// Signals from browsers.
    #[metric(label = "kind")]
    #[panel(title = "Signals", row = "Browser", by(kind))]
    pub(crate) browser_signals: Counter<Signal>,

    /// Requests from browsers that were rejected.
    #[metric(label = "reason")]
    #[panel(title = "Rejected Requests", row = "Browser", by(reason))]
    pub(crate) browser_rejections: Counter<Rejection>,

    /// Web vitals of pages.
    #[metric(unit = seconds, label = "vital")]
    #[panel(title = "Web Vitals", row = "Browser", by(vital), quantiles(p75))]
    pub(crate) browser_vitals: Histogram<Vital>,

    /// Cumulative layout shift of pages.
    #[metric(buckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0])]
    #[panel(title = "Layout Shift", row = "Browser", quantiles(p75))]
    pub(crate) browser_layout_shift: Histogram,
}

/// The dashboards beside the one of all panels: the file of each, and its row.
const DASHBOARDS: [(&str, &str); 8] = [
    ("gospelib-services", "Service Overview"),
    ("gospelib-graph", "FalkorDB"),
    ("gospelib-sql", "PostgreSQL"),
    ("gospelib-cache", "Redis / ElastiCache"),
    ("gospelib-search", "Typesense"),
    ("gospelib-cluster", "Kubernetes"),
    ("gospelib-ingest", "Ingest Pipeline"),
    ("gospelib-ai", "AI Service"),
];

/// Returns what is generated from the catalogs.
pub(crate) fn artifacts() -> Artifacts {
    let artifacts = Artifacts::of::<ServiceMetrics>()
        .and::<ClientMetrics>()
        .target_labels(["env"])
        // The metrics of the process are on each page, for the count of restarts.
        .external(["process_start_time_seconds"]);
    let add = |artifacts: Artifacts, (uid, row)| artifacts.and_dashboard_of_row(uid, row);
    DASHBOARDS.into_iter().fold(artifacts, add)
}
