//! Dashboards of programs with hundreds of metrics.

use std::collections::BTreeSet;

use glyph_runtime::{
    CallStatus, Catalog, Counter, Gauge, Histogram, LabelSet,
    artifacts::Artifacts,
    catalog::{CatalogDescriptor, MetricDescriptor},
    metric_catalog,
};
use serde_json::Value;

use crate::dashboards::{panels, parsed};

#[derive(LabelSet)]
pub(crate) struct Ended {
    pub(crate) status: CallStatus,
}

/// One metric of each kind, which is declared again and again under other names.
#[metric_catalog(namespace = "large")]
pub(crate) struct Pattern {
    /// Calls that ended.
    #[objective(availability = 99%)]
    pub(crate) calls: Counter<Ended>,

    /// Open calls.
    pub(crate) open: Gauge,

    /// Time until a call ends.
    #[metric(unit = seconds)]
    pub(crate) duration: Histogram,
}

/// Returns a catalog with `count` metrics whose names begin with `part`.
fn catalog(namespace: &'static str, part: &str, count: usize) -> CatalogDescriptor {
    let pattern = Pattern::DESCRIPTOR.metrics;
    let metrics = (0..count).map(|index| {
        let metric = pattern[index % pattern.len()];
        let field = metric.field;
        let otel_name = format!("{namespace}.{part}{}.{field}{index}", index % 7);
        MetricDescriptor {
            name: otel_name.replace('.', "_").leak(),
            otel_name: otel_name.leak(),
            objectives: &[],
            ..metric
        }
    });
    CatalogDescriptor {
        name: Box::leak(format!("{namespace}{part}").into_boxed_str()),
        namespace,
        metrics: metrics.collect::<Vec<_>>().leak(),
        ..Pattern::DESCRIPTOR
    }
}

fn leaked(catalog: CatalogDescriptor) -> &'static CatalogDescriptor {
    Box::leak(Box::new(catalog))
}

/// Returns the programs: 300 metrics in one catalog, and in 25 that are nested in another.
pub(crate) fn programs() -> [(&'static str, Artifacts); 2] {
    let nested = (0..25).map(|index| {
        let namespace: &'static str = format!("app.part{index}").leak();
        leaked(catalog(namespace, "x", 12))
    });
    let outer = CatalogDescriptor {
        namespace: "app",
        metrics: Pattern::DESCRIPTOR.metrics,
        nested: nested.collect::<Vec<_>>().leak(),
        ..Pattern::DESCRIPTOR
    };
    [
        (
            "flat",
            Artifacts::new([leaked(catalog("flat", "area", 300))]),
        ),
        ("nested", Artifacts::new([leaked(outer)])),
    ]
}

fn top(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().unwrap()
}

#[test]
fn few_panels_of_300_metrics_are_open() {
    for (name, artifacts) in programs() {
        let dashboard = parsed(&artifacts);
        let open = top(&dashboard)
            .iter()
            .filter(|panel| panel["type"] != "row");
        let open = open.count();
        assert!((1..60).contains(&open), "{name}: {open}");
        let all = panels(&dashboard);
        assert!(all.len() >= 400, "{name}: {}", all.len());
        let text = dashboard.to_string();
        for metric in artifacts.schema().metrics {
            assert!(text.contains(&metric.name), "{}", metric.name);
        }
    }
}

#[test]
fn collapsed_rows_hold_their_panels() {
    for (name, artifacts) in programs() {
        let dashboard = parsed(&artifacts);
        let rows = top(&dashboard)
            .iter()
            .filter(|panel| panel["type"] == "row");
        let mut collapsed = 0;
        for row in rows {
            let within = row["panels"].as_array().unwrap();
            assert_eq!(row["collapsed"] == true, !within.is_empty(), "{row:#}");
            collapsed += usize::from(!within.is_empty());
            let head = row["gridPos"]["y"].as_u64().unwrap();
            let mut below = within
                .iter()
                .map(|panel| panel["gridPos"]["y"].as_u64().unwrap());
            assert!(below.all(|y| y > head), "{row:#}");
        }
        assert!(collapsed > 3, "{name}: {collapsed}");
    }
}

#[test]
fn large_rows_are_split_by_the_words_of_metrics() {
    let [(_, flat), (_, nested)] = programs();
    let rows = |artifacts: &Artifacts| -> Vec<String> {
        let dashboard = parsed(artifacts);
        let rows = top(&dashboard)
            .iter()
            .filter(|panel| panel["type"] == "row");
        rows.map(|row| row["title"].as_str().unwrap().to_owned())
            .collect()
    };
    let flat = rows(&flat);
    assert!(flat.contains(&"Rates: area3".to_owned()), "{flat:?}");
    let nested = rows(&nested);
    assert!(nested.contains(&"Part3".to_owned()), "{nested:?}");
    // The row of objectives stays open.
    assert!(nested.contains(&"Objectives".to_owned()), "{nested:?}");
}

#[test]
fn ids_and_titles_of_panels_are_unique() {
    for (name, artifacts) in programs() {
        let dashboard = parsed(&artifacts);
        let all = panels(&dashboard);
        let rows = top(&dashboard)
            .iter()
            .filter(|panel| panel["type"] == "row");
        let ids = all
            .iter()
            .copied()
            .chain(rows)
            .map(|panel| panel["id"].as_u64().unwrap());
        let ids: Vec<u64> = ids.collect();
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{name}");
        // Grafana's id has 32 bits.
        assert!(ids.iter().all(|id| (1..1 << 31).contains(id)), "{name}");
        let titles: BTreeSet<_> = all.iter().map(|panel| panel["title"].as_str()).collect();
        assert_eq!(titles.len(), all.len(), "{name}");
    }
}

#[test]
fn queries_of_nested_catalogs_have_no_problem() {
    let [_, (name, nested)] = programs();
    let dashboard = nested.dashboard().unwrap();
    let problems = nested.problems_in_dashboard(&dashboard, name);
    assert_eq!(problems.unwrap(), []);
}
