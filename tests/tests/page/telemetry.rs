//! Building a telemetry, and its errors.
#![expect(dead_code, reason = "only their declaration matters")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::net::{Ipv4Addr, TcpListener};

use glyph_runtime::{Counter, expose::Format, metric_catalog};
use glyph_tests::environment;

mod first {
    use super::{Counter, metric_catalog};

    #[metric_catalog(namespace = "clash")]
    pub(crate) struct Metrics {
        /// Requests.
        pub(crate) requests: Counter,
    }
}

mod second {
    use super::{Counter, metric_catalog};

    #[metric_catalog(namespace = "clash")]
    pub(crate) struct Metrics {
        /// Requests as well.
        #[metric(name = "requests")]
        pub(crate) calls: Counter,
    }
}

#[test]
fn clashing_catalogs_are_an_error_with_both_locations() {
    let error = environment::telemetry("test")
        .catalog(first::Metrics::global())
        .catalog(second::Metrics::global())
        .build()
        .unwrap_err()
        .to_string();
    assert!(error.contains("`clash_requests`"), "{error}");
    assert_eq!(error.matches("telemetry.rs:").count(), 2, "{error}");
}

#[test]
fn duplicate_catalog_counts_once() {
    let metrics = first::Metrics::global();
    let telemetry = environment::telemetry("test")
        .catalog(metrics)
        .catalog(metrics)
        .build()
        .unwrap();
    assert_eq!(
        telemetry
            .render(Format::Text)
            .matches("# TYPE clash_requests_total")
            .count(),
        1
    );
}

mod library {
    use super::{Counter, metric_catalog};

    #[metric_catalog(namespace = "library")]
    pub(crate) struct HttpMetrics {
        /// Requests that the library served.
        pub(crate) requests: Counter,
    }
}

#[metric_catalog(namespace = "program")]
pub(crate) struct Program {
    /// Starts.
    pub(crate) starts: Counter,
    #[catalog]
    pub(crate) http: library::HttpMetrics,
}

#[test]
fn nested_catalog_belongs_to_the_library() {
    library::HttpMetrics::global().requests.inc();
    assert_eq!(Program::global().http.requests.value(), 1);
    let telemetry = environment::telemetry("test")
        .catalog(Program::global())
        .build()
        .unwrap();
    let page = telemetry.render(Format::Text);
    assert!(
        page.contains("\nlibrary_requests_total 1\n")
            && page.contains("\nprogram_starts_total 0\n"),
        "{page}"
    );
}

#[test]
fn port_in_use_is_an_error_with_a_fix() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let error = environment::telemetry("test")
        .listener(address)
        .without_facade()
        .without_subscriber()
        .install()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&address.to_string()) && error.contains("OTEL_EXPORTER_PROMETHEUS_PORT"),
        "{error}"
    );
}

#[tokio::test]
async fn port_zero_is_reported_and_shutdown_releases_the_port() {
    let telemetry = environment::telemetry("test")
        .listener((Ipv4Addr::LOCALHOST, 0))
        .without_facade()
        .without_subscriber()
        .install()
        .unwrap();
    let address = telemetry.local_addr().unwrap();
    assert_ne!(address.port(), 0);
    telemetry.shutdown().await.into_result().unwrap();
    TcpListener::bind(address).unwrap();
}
