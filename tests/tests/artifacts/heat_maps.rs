//! The heat maps of latencies, which are beside their quantiles.

use glyph_runtime::artifacts::Artifacts;
use serde_json::Value;

use crate::{
    dashboards::{on_one_line, panel, panels, parsed},
    glyphoxa,
    gospelib::ServiceMetrics,
    panels::all,
};

/// Counts the queries of a metric that show exemplars.
fn exemplars(dashboard: &Value, metric: &str) -> usize {
    let targets = panels(dashboard).into_iter();
    let targets = targets.flat_map(|panel| panel["targets"].as_array().unwrap());
    let bucket = format!("{metric}_bucket");
    let targets = targets.filter(|target| {
        target["exemplar"] == true && target["expr"].as_str().unwrap().contains(&bucket)
    });
    targets.count()
}

#[test]
fn heat_map_is_next_to_the_quantiles_of_a_latency() {
    for artifacts in all() {
        let dashboard = parsed(&artifacts);
        let all = panels(&dashboard);
        let is_heat = |panel: &Value| panel["title"].as_str().unwrap().ends_with(" heat map");
        let heat = all.windows(2).filter(|pair| is_heat(pair[1]));
        for pair in heat {
            let position =
                |side: &str| [&pair[0], &pair[1]].map(|panel| panel["gridPos"][side].clone());
            assert_eq!(position("y")[0], position("y")[1], "{:#}", pair[1]);
            assert_eq!(position("x"), [0, 12], "{:#}", pair[1]);
            assert_eq!(position("w"), [12, 12], "{:#}", pair[1]);
        }
        let shown = |metric: &str| exemplars(&dashboard, metric);
        for metric in artifacts.schema().metrics {
            if metric.kind == "histogram" && shown(&metric.name) > 0 {
                assert_eq!(shown(&metric.name), 1, "{}", metric.name);
            }
        }
    }
    let voice = parsed(&glyphoxa::artifacts());
    let heat = panel(&voice, "STT Latency heat map");
    let expr = &on_one_line(heat)[0];
    assert!(
        expr.starts_with("sumby(le)(increase(glyphoxa_stt_duration_seconds_bucket{"),
        "{expr}"
    );
    assert_eq!(exemplars(&voice, "glyphoxa_stt_duration_seconds"), 1);
    let quantiles = panel(&voice, "STT Latency (p50 / p95)");
    let shown: Vec<_> = quantiles["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| &target["exemplar"])
        .collect();
    assert_eq!(shown, [false, true]);
}

#[test]
fn heat_map_has_no_quantiles_in_its_title() {
    let dashboard = parsed(&Artifacts::of::<ServiceMetrics>());
    let titles: Vec<_> = panels(&dashboard)
        .iter()
        .map(|panel| panel["title"].as_str().unwrap())
        .collect();
    assert!(
        titles.contains(&"Latency P50/P95/P99 per Service"),
        "{titles:?}"
    );
    assert!(
        titles.contains(&"Latency per Service heat map"),
        "{titles:?}"
    );
}
