//! Dashboards, the reference and the schema of a catalog that nests those for clients.

use glyph_runtime::{artifacts::Artifacts, database, gen_ai, messaging, metric_catalog};

#[metric_catalog(namespace = "shop")]
pub(crate) struct ShopMetrics {
    #[catalog]
    pub(crate) database: database::ClientMetrics,
    #[catalog]
    pub(crate) pools: database::PoolMetrics,
    #[catalog]
    pub(crate) messaging: messaging::ClientMetrics,
    #[catalog]
    pub(crate) gen_ai: gen_ai::ClientMetrics,
}

/// The metrics that each artifact names.
const METRICS: [&str; 6] = [
    "db_client_operation_duration_seconds",
    "db_client_connection_count",
    "db_client_connection_timeouts_total",
    "messaging_client_sent_messages_total",
    "messaging_consumer_lag",
    "gen_ai_client_operation_time_to_first_chunk_seconds",
];

#[test]
fn artifacts_name_the_metrics_of_nested_clients() {
    let artifacts = Artifacts::of::<ShopMetrics>();
    let dashboard = artifacts.dashboard().unwrap();
    let reference = artifacts.reference().unwrap();
    for metric in METRICS {
        assert!(
            dashboard.contains(metric),
            "the dashboard has no `{metric}`"
        );
        assert!(
            reference.contains(metric),
            "the reference has no `{metric}`"
        );
    }
}
