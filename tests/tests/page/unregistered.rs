//! Catalogs that record and are on no page.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test"
)]

use glyph_runtime::{Counter, Gauge, Telemetry, metric_catalog, testing};
use glyph_tests::{Page, children::alone, environment, written::Written};
use serde_json::Value;

mod library {
    use super::{Counter, metric_catalog};

    #[metric_catalog(namespace = "unregistered_library")]
    pub(super) struct LibraryMetrics {
        /// Calls of the library.
        pub calls: Counter,
    }
}

#[metric_catalog(namespace = "registered")]
struct Registered {
    /// Requests.
    requests: Counter,
    #[catalog]
    library: library::LibraryMetrics,
}

#[metric_catalog(namespace = "forgotten")]
struct Forgotten {
    /// Requests.
    requests: Counter,
}

#[metric_catalog(namespace = "forgotten_gauge")]
struct OnlySet {
    /// The temperature.
    temperature: Gauge,
}

#[metric_catalog(namespace = "forgotten_tenants", scope(tenant: max 3))]
struct OnlyScoped {
    /// Requests.
    requests: Counter,
}

#[metric_catalog(namespace = "never_recorded")]
struct Unused {
    /// Requests.
    requests: Counter,
}

#[metric_catalog(namespace = "captured_only")]
struct OnlyCaptured {
    /// Requests.
    requests: Counter,
}

fn install(written: &Written) -> Telemetry {
    environment::telemetry("unregistered")
        .catalog(Registered::global())
        .log({
            let output = written.output();
            move |log| log.output = output
        })
        .without_listener()
        .install()
        .unwrap()
}

fn record() {
    Registered::global().requests.inc();
    Registered::global().library.calls.inc();
    Forgotten::global().requests.inc();
    OnlySet::global().temperature.set(7.0);
    TenantContext { tenant: "acme" }.in_scope(|| OnlyScoped::global().requests.inc());
    let captured = testing::capture();
    OnlyCaptured::global().requests.inc();
    assert_eq!(OnlyCaptured::global().requests.value(), 1);
    drop(captured);
    assert_eq!(Unused::global().requests.value(), 0);
}

fn warnings(written: &Written) -> Vec<Value> {
    let lines = written.lines().into_iter();
    lines
        .filter(|line| line["target"] == "glyph::catalog")
        .collect()
}

#[test]
fn catalog_on_no_page_is_logged_once_and_is_a_family() {
    alone(|| {
        let written = Written::default();
        let telemetry = install(&written);
        record();
        for _ in 0..2 {
            let page = Page::of(&telemetry).unwrap();
            let series = page.named("glyph_catalog_unregistered");
            let mut names: Vec<_> = series.map(|series| &series.labels["catalog"]).collect();
            names.sort_unstable();
            assert_eq!(names, ["Forgotten", "OnlyScoped", "OnlySet"]);
        }
        assert!(
            telemetry
                .shutdown_blocking(std::time::Duration::from_secs(5))
                .is_complete()
        );
        let warnings = warnings(&written);
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        let forgotten = warnings
            .iter()
            .find(|line| line["catalog"] == "Forgotten")
            .unwrap();
        let message = forgotten["message"].as_str().unwrap();
        assert!(message.contains("tests/page/unregistered.rs:"), "{message}");
        assert!(
            message.contains("add `.catalog(Forgotten::global())`"),
            "{message}"
        );
    });
}

#[test]
fn catalog_on_no_page_is_logged_at_the_shutdown_without_a_scrape() {
    alone(|| {
        let written = Written::default();
        let telemetry = install(&written);
        record();
        drop(telemetry);
        assert_eq!(warnings(&written).len(), 3);
    });
}
