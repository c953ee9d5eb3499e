//! The catalogs, and where they knowingly differ from the conventions.

use glyph_runtime::{
    catalog::{Catalog, CatalogDescriptor, MetricDescriptor},
    database, gen_ai, grpc, http, messaging,
};

const CATALOGS: [CatalogDescriptor; 8] = [
    http::ServerMetrics::DESCRIPTOR,
    http::ClientMetrics::DESCRIPTOR,
    grpc::server::ServerMetrics::DESCRIPTOR,
    grpc::client::ClientMetrics::DESCRIPTOR,
    database::ClientMetrics::DESCRIPTOR,
    database::PoolMetrics::DESCRIPTOR,
    gen_ai::ClientMetrics::DESCRIPTOR,
    messaging::ClientMetrics::DESCRIPTOR,
];

/// Metrics that the conventions do not have.
const OWN_METRICS: [&str; 10] = [
    "messaging.consumer.lag",
    "http.server.requests",
    "http.server.errors",
    "http.client.requests",
    "http.client.errors",
    "http.client.resends",
    "rpc.server.errors",
    "rpc.server.active_requests",
    "rpc.client.errors",
    "rpc.client.active_requests",
];

/// Labels that the conventions do not have, and the reason.
pub(super) const OWN_LABELS: [(&str, &str); 2] = [
    (
        "http_response_status_class",
        "a histogram for each status has too many series",
    ),
    (
        "rpc_status_code",
        "conventions 1.45.0 renamed `rpc.response.status_code`",
    ),
];

/// Attributes that the conventions require and catalogs leave out: the beginning of the metric's
/// name, the attribute and the reason.
pub(super) const MISSING: [(&str, &str, &str); 2] = [
    (
        "http.server.",
        "url.scheme",
        "a server behind a proxy does not know it",
    ),
    (
        "http.client.",
        "server.port",
        "a host has one series for all its ports",
    ),
];

/// Returns the metrics that have a name of the conventions.
pub(super) fn metrics() -> impl Iterator<Item = &'static MetricDescriptor> {
    let metrics = CATALOGS.iter().flat_map(|catalog| catalog.metrics);
    metrics.filter(|metric| !OWN_METRICS.contains(&metric.otel_name))
}

/// Returns the names of the metrics that the conventions do not have.
pub(super) fn own_metrics() -> impl Iterator<Item = &'static str> {
    OWN_METRICS.into_iter()
}
