//! The queries of an operator of the voice pipeline, and the metrics that they need.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    checkers::{openmetrics_families, promtool_finds_nothing},
    glyphoxa::Glyphoxa,
    http::{self, OPENMETRICS, TEXT},
    process::eventually,
    prometheus::{EXEMPLARS_ONLY, Labels, NATIVE_HISTOGRAMS, Prometheus},
};

const LATENCY: [&str; 6] = [
    "histogram_quantile(0.95, sum(rate(glyphoxa_s2s_duration_seconds_bucket[5m])) by (le))",
    "histogram_quantile(0.95, sum(rate(glyphoxa_stt_duration_seconds_bucket[5m])) by (le))",
    "histogram_quantile(0.95, sum(rate(glyphoxa_llm_duration_seconds_bucket[5m])) by (le))",
    "histogram_quantile(0.95, sum(rate(glyphoxa_tts_duration_seconds_bucket[5m])) by (le))",
    "histogram_quantile(0.95, sum(rate(glyphoxa_tool_execution_duration_seconds_bucket[5m])) by (le))",
    "histogram_quantile(0.95, sum(rate(glyphoxa_http_request_duration_seconds_bucket[5m])) by (le, path))",
];

const ERRORS: [&str; 5] = [
    "sum(rate(glyphoxa_provider_errors_total[5m]))",
    "sum(rate(glyphoxa_provider_errors_total[5m])) by (provider)",
    "sum(rate(glyphoxa_provider_errors_total[5m])) by (kind)",
    r#"sum(rate(glyphoxa_tool_calls_total{status="error"}[5m]))"#,
    "sum(rate(glyphoxa_provider_errors_total[5m])) / sum(rate(glyphoxa_provider_requests_total[5m]))",
];

const SESSIONS: [&str; 5] = [
    "glyphoxa_active_sessions",
    "glyphoxa_active_npcs",
    "glyphoxa_active_participants",
    "sum(rate(glyphoxa_npc_utterances_total[5m]))",
    "sum(rate(glyphoxa_npc_utterances_total[5m])) by (npc_id)",
];

/// The family, type and unit of a metric, and the labels of its series.
const METRICS: [(&str, &str, &str, &[&str]); 14] = [
    ("glyphoxa_stt_duration_seconds", "histogram", "seconds", &[]),
    ("glyphoxa_llm_duration_seconds", "histogram", "seconds", &[]),
    ("glyphoxa_tts_duration_seconds", "histogram", "seconds", &[]),
    ("glyphoxa_s2s_duration_seconds", "histogram", "seconds", &[]),
    (
        "glyphoxa_tool_execution_duration_seconds",
        "histogram",
        "seconds",
        &[],
    ),
    (
        "glyphoxa_http_request_duration_seconds",
        "histogram",
        "seconds",
        &["method", "path"],
    ),
    (
        "glyphoxa_provider_requests",
        "counter",
        "",
        &["kind", "provider", "status"],
    ),
    ("glyphoxa_tool_calls", "counter", "", &["status", "tool"]),
    ("glyphoxa_npc_utterances", "counter", "", &["npc_id"]),
    (
        "glyphoxa_provider_errors",
        "counter",
        "",
        &["kind", "provider"],
    ),
    ("glyphoxa_active_npcs", "gauge", "", &[]),
    ("glyphoxa_active_sessions", "gauge", "", &[]),
    ("glyphoxa_active_participants", "gauge", "", &[]),
    ("glyphoxa_alive_tasks", "gauge", "", &[]),
];

/// OpenMetrics 1.0 writes integer bounds with a decimal point ("Considerations: Canonical
/// Numbers").
const BOUNDS: [&str; 11] = [
    "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf",
];

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn every_key_metric_has_data() {
    key_metrics_have_data(EXEMPLARS_ONLY);
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn every_key_metric_has_data_with_native_histograms() {
    key_metrics_have_data(NATIVE_HISTOGRAMS);
}

#[test]
#[ignore = "needs promtool and Python's prometheus-client; .ci/run installs them"]
fn pipeline_expositions_are_valid() {
    let glyphoxa = Glyphoxa::start();
    let url = format!("http://{}/metrics", glyphoxa.address);
    promtool_finds_nothing(&http::page(&url, TEXT));
    let families = openmetrics_families(&http::page(&url, OPENMETRICS));
    for (name, kind, unit, _) in METRICS {
        let family = families.get(name).unwrap();
        assert_eq!(
            (family.kind.as_str(), family.unit.as_str()),
            (kind, unit),
            "{name}"
        );
    }
}

fn key_metrics_have_data(features: &str) {
    let glyphoxa = Glyphoxa::start();
    let prometheus = Prometheus::scraping(glyphoxa.address, features);
    prometheus.wait_until_up();
    for promql in LATENCY.iter().chain(&ERRORS).chain(&SESSIONS) {
        eventually(promql, || has_data(&prometheus.query(promql)?));
    }
    assert_eq!(families(&prometheus), declared_families());
    assert_eq!(series(&prometheus), declared_series());
}

/// Returns an error if there is no data or a NaN.
fn has_data(result: &[(Labels, f64)]) -> Result<(), String> {
    let measured = result.iter().any(|(_, value)| *value > 0.0);
    if measured && result.iter().all(|(_, value)| value.is_finite()) {
        Ok(())
    } else {
        Err(format!("{result:?}"))
    }
}

/// Returns the name, type and unit of each family of the pipeline.
fn families(prometheus: &Prometheus) -> BTreeSet<(String, String, String)> {
    let mut families = prometheus.families();
    families.retain(|(name, ..)| name.starts_with("glyphoxa_"));
    families
}

fn declared_families() -> BTreeSet<(String, String, String)> {
    METRICS
        .iter()
        .map(|(name, kind, unit, _)| ((*name).to_owned(), (*kind).to_owned(), (*unit).to_owned()))
        .collect()
}

/// The label names and bucket bounds by sample name. All series of a name must have the same label
/// names.
type Series = BTreeMap<String, (BTreeSet<Vec<String>>, BTreeSet<String>)>;

fn series(prometheus: &Prometheus) -> Series {
    let mut all = Series::new();
    for mut labels in prometheus.series(r#"{__name__=~"glyphoxa_.*"}"#) {
        let name = labels.remove("__name__").unwrap();
        let (names, bounds) = all.entry(name).or_default();
        bounds.extend(labels.get("le").cloned());
        names.insert(labels.into_keys().collect());
    }
    all
}

fn declared_series() -> Series {
    let mut all = Series::new();
    for (name, kind, _, labels) in METRICS {
        let mut declare = |ending, labels: &[&str], bounds: &[&str]| {
            let mut labels = owned(labels);
            labels.sort();
            let bounds = owned(bounds).into_iter().collect();
            all.insert(format!("{name}{ending}"), ([labels].into(), bounds));
        };
        match kind {
            "histogram" => {
                declare("_bucket", &[labels, &["le"]].concat(), &BOUNDS);
                declare("_sum", labels, &[]);
                declare("_count", labels, &[]);
            }
            "counter" => declare("_total", labels, &[]),
            _ => declare("", labels, &[]),
        }
    }
    all
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
