//! Names of metrics and labels, compared with the crate `opentelemetry-semantic-conventions`.
#![expect(
    deprecated,
    reason = "the conventions for generative AI moved to a repository without a crate"
)]

use opentelemetry_semantic_conventions::{SCHEMA_URL, attribute, metric};

use super::declared;

/// The metrics of the catalogs.
const METRICS: [&str; 26] = [
    metric::DB_CLIENT_CONNECTION_COUNT,
    metric::DB_CLIENT_CONNECTION_CREATE_TIME,
    metric::DB_CLIENT_CONNECTION_IDLE_MAX,
    metric::DB_CLIENT_CONNECTION_IDLE_MIN,
    metric::DB_CLIENT_CONNECTION_MAX,
    metric::DB_CLIENT_CONNECTION_PENDING_REQUESTS,
    metric::DB_CLIENT_CONNECTION_TIMEOUTS,
    metric::DB_CLIENT_CONNECTION_USE_TIME,
    metric::DB_CLIENT_CONNECTION_WAIT_TIME,
    metric::DB_CLIENT_OPERATION_DURATION,
    metric::GEN_AI_CLIENT_OPERATION_DURATION,
    metric::GEN_AI_CLIENT_OPERATION_TIME_PER_OUTPUT_CHUNK,
    metric::GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
    metric::GEN_AI_CLIENT_TOKEN_USAGE,
    metric::HTTP_CLIENT_ACTIVE_REQUESTS,
    metric::HTTP_CLIENT_REQUEST_DURATION,
    metric::HTTP_SERVER_ACTIVE_REQUESTS,
    metric::HTTP_SERVER_REQUEST_BODY_SIZE,
    metric::HTTP_SERVER_REQUEST_DURATION,
    metric::HTTP_SERVER_RESPONSE_BODY_SIZE,
    metric::MESSAGING_CLIENT_CONSUMED_MESSAGES,
    metric::MESSAGING_CLIENT_OPERATION_DURATION,
    metric::MESSAGING_CLIENT_SENT_MESSAGES,
    metric::MESSAGING_PROCESS_DURATION,
    metric::RPC_CLIENT_CALL_DURATION,
    metric::RPC_SERVER_CALL_DURATION,
];

/// The attributes that the catalogs have as labels.
const ATTRIBUTES: [&str; 22] = [
    attribute::DB_CLIENT_CONNECTION_POOL_NAME,
    attribute::DB_CLIENT_CONNECTION_STATE,
    attribute::DB_COLLECTION_NAME,
    attribute::DB_NAMESPACE,
    attribute::DB_OPERATION_NAME,
    attribute::DB_SYSTEM_NAME,
    attribute::ERROR_TYPE,
    attribute::GEN_AI_OPERATION_NAME,
    attribute::GEN_AI_PROVIDER_NAME,
    attribute::GEN_AI_REQUEST_MODEL,
    attribute::GEN_AI_TOKEN_TYPE,
    attribute::HTTP_REQUEST_METHOD,
    attribute::HTTP_RESPONSE_STATUS_CODE,
    attribute::HTTP_ROUTE,
    attribute::MESSAGING_CONSUMER_GROUP_NAME,
    attribute::MESSAGING_DESTINATION_NAME,
    attribute::MESSAGING_OPERATION_NAME,
    attribute::MESSAGING_OPERATION_TYPE,
    attribute::MESSAGING_SYSTEM,
    attribute::RPC_METHOD,
    attribute::RPC_SYSTEM_NAME,
    attribute::SERVER_ADDRESS,
];

#[test]
fn metrics_are_constants_of_the_conventions_crate() {
    let mut declared: Vec<_> = declared::metrics().map(|metric| metric.otel_name).collect();
    declared.sort_unstable();
    assert_eq!(declared, METRICS, "{SCHEMA_URL}");
}

#[test]
fn labels_are_constants_of_the_conventions_crate() {
    let own = declared::OWN_LABELS.map(|(label, _)| label);
    let labels = declared::metrics().flat_map(|metric| metric.labels);
    let labels = labels
        .map(|label| label.name)
        .filter(|label| !own.contains(label));
    for label in labels {
        let mut attributes = ATTRIBUTES
            .iter()
            .map(|attribute| attribute.replace('.', "_"));
        assert!(
            attributes.any(|attribute| attribute == label),
            "no attribute for `{label}`: {SCHEMA_URL}"
        );
    }
}
