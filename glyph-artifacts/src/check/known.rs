//! Names that are known without a catalog.

/// The labels that each scrape sets.
pub(super) const TARGET: [&str; 2] = ["job", "instance"];

/// The labels that the Prometheus Operator and most configurations for Kubernetes set.
pub(super) const OPERATOR: [&str; 7] = [
    "cluster",
    "container",
    "endpoint",
    "namespace",
    "node",
    "pod",
    "service",
];

/// The series that Prometheus adds, with their labels.
pub(super) const PROMETHEUS: [(&str, &[&str]); 10] = [
    ("up", &[]),
    ("scrape_body_size_bytes", &[]),
    ("scrape_duration_seconds", &[]),
    ("scrape_sample_limit", &[]),
    ("scrape_samples_post_metric_relabeling", &[]),
    ("scrape_samples_scraped", &[]),
    ("scrape_series_added", &[]),
    ("scrape_timeout_seconds", &[]),
    ("ALERTS", &["alertname", "alertstate", "severity"]),
    ("ALERTS_FOR_STATE", &["alertname", "severity"]),
];

/// The series of a process, which Prometheus's client libraries share.
pub(super) const PROCESS: [(&str, &[&str]); 9] = [
    ("process_cpu_seconds_total", &[]),
    ("process_max_fds", &[]),
    ("process_network_receive_bytes_total", &[]),
    ("process_network_transmit_bytes_total", &[]),
    ("process_open_fds", &[]),
    ("process_resident_memory_bytes", &[]),
    ("process_start_time_seconds", &[]),
    ("process_virtual_memory_bytes", &[]),
    ("process_virtual_memory_max_bytes", &[]),
];

/// The namespaces of OpenTelemetry's conventions and of runtimes, which catalogs of glyph and programs in other
/// languages share. A metric there is an error only if its name is almost a declared one.
pub(super) const SHARED_NAMESPACES: [&str; 12] = [
    "db_client",
    "gen_ai_client",
    "http_client",
    "http_server",
    "messaging",
    "process",
    "prometheus",
    "queue",
    "rpc_client",
    "rpc_server",
    "tokio",
    "wait",
];

/// The labels of an exporter.
const EXPORTER: &[&str] = &["signal", "exporter"];

/// The series of glyph's internal metrics, with their labels.
///
/// The runtime declares these metrics, and this crate does not depend on the runtime. A test
/// compares the list with the declarations.
#[doc(hidden)]
pub const INTERNAL_SERIES: [(&str, &[&str]); 25] = [
    ("glyph_audit_failures_total", &[]),
    ("glyph_audit_lines_total", &[]),
    ("glyph_audit_lost_total", &[]),
    ("glyph_catalog_unregistered", &["catalog"]),
    (
        "glyph_export_dropped_total",
        &["signal", "exporter", "reason"],
    ),
    (
        "glyph_export_duration_seconds_bucket",
        &["signal", "exporter", "le"],
    ),
    ("glyph_export_duration_seconds_count", EXPORTER),
    ("glyph_export_duration_seconds_sum", EXPORTER),
    ("glyph_export_exported_total", EXPORTER),
    ("glyph_export_failures_total", EXPORTER),
    ("glyph_export_queue_capacity", EXPORTER),
    ("glyph_export_queue_length", EXPORTER),
    ("glyph_facade_refused_total", &["metric"]),
    ("glyph_label_overflow_total", &["metric", "label"]),
    ("glyph_log_lines_dropped_total", &["reason", "level"]),
    ("glyph_log_lines_total", &[]),
    ("glyph_observations_refused_total", &["metric"]),
    ("glyph_scrape_duration_seconds", &[]),
    ("glyph_scrape_read_failures_total", &["metric", "reason"]),
    ("glyph_scrapes_total", &[]),
    ("glyph_series", &[]),
    ("glyph_trace_ring_spans", &[]),
    ("glyph_trace_spans_ended_total", &[]),
    ("glyph_trace_spans_started_total", &[]),
    ("target_info", &["service_name", "service_version"]),
];
