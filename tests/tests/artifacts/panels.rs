//! What panels show: names, legends, budgets, and never one value forever.

use std::collections::BTreeSet;

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Status, artifacts::Artifacts, metric_catalog,
};
use serde_json::Value;

use crate::{
    conditions::Conditions,
    dashboards::{Rented, expressions, on_one_line, panel, panels, parsed, without_blanks},
    glyphoxa,
    gospelib::ServiceMetrics,
    replicas::FleetMetrics,
    shop::ShopMetrics,
    tenants::ChessMetrics,
    xgen::BusMetrics,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Idle,
    Busy,
}

/// A label that tells nothing apart.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Engine,
}

#[derive(LabelSet)]
pub(crate) struct Change {
    pub(crate) from: Phase,
    pub(crate) to: Phase,
    pub(crate) forced: bool,
    pub(crate) part: Part,
}

#[derive(LabelSet)]
pub(crate) struct Page<'a> {
    #[label(max = 20)]
    pub(crate) route: &'a str,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "http.server")]
pub(crate) struct ServerMetrics {
    /// Requests.
    #[objective(availability = 99.9%)]
    pub(crate) requests: Counter<Page<'_>>,

    /// Time to answer.
    #[metric(name = "request.duration", unit = seconds, buckets = [100ms, 250ms, 1s])]
    #[objective(latency = 250ms, target = 99%)]
    pub(crate) duration: Histogram,
}

#[metric_catalog(namespace = "process")]
pub(crate) struct ProcessMetrics {
    /// Start of the process, since the Unix epoch.
    #[metric(unit = seconds)]
    pub(crate) start_time: Gauge,
}

#[metric_catalog(namespace = "web")]
pub(crate) struct WebMetrics {
    /// Changes of phases.
    pub(crate) changes: Counter<Change>,

    /// Bytes sent.
    #[metric(unit = bytes)]
    pub(crate) sent: Counter,

    /// Bytes received, in a name without a unit.
    pub(crate) bytes_received: Counter,

    /// Words spoken.
    #[metric(unit = words)]
    pub(crate) spoken: Counter,

    /// Starts of the process.
    #[metric(starts)]
    pub(crate) starts: Counter,

    #[catalog]
    pub(crate) server: ServerMetrics,

    #[catalog]
    pub(crate) process: ProcessMetrics,

    #[catalog]
    pub(crate) cache: WebCacheMetrics,
}

#[metric_catalog(namespace = "web.cache")]
pub(crate) struct WebCacheMetrics {
    /// Time to look a value up.
    #[metric(unit = seconds)]
    #[panel(quantiles(p95))]
    pub(crate) lookup: Histogram<Phase>,
}

#[metric_catalog(namespace = "lonely")]
pub(crate) struct LonelyMetrics {
    /// Starts of the process.
    #[metric(starts)]
    pub(crate) starts: Counter,

    /// Orders.
    pub(crate) orders: Counter,
}

fn web() -> Artifacts {
    Artifacts::of::<WebMetrics>()
}

pub(crate) fn all() -> [Artifacts; 9] {
    [
        glyphoxa::artifacts(),
        Artifacts::of::<BusMetrics>(),
        Artifacts::of::<ServiceMetrics>(),
        Artifacts::of::<ShopMetrics>(),
        Artifacts::of::<Conditions>(),
        Artifacts::of::<Rented>(),
        Artifacts::of::<ChessMetrics>(),
        Artifacts::of::<FleetMetrics>(),
        web(),
    ]
}

fn legends(panel: &Value) -> Vec<&str> {
    let targets = panel["targets"].as_array().unwrap().iter();
    targets
        .map(|target| target["legendFormat"].as_str().unwrap())
        .collect()
}

/// Returns the labels of the outermost `by (..)`.
fn outer_labels(expr: &str) -> Vec<String> {
    let expr = without_blanks(expr);
    let Some((_, labels)) = expr.split_once("by(") else {
        return Vec::new();
    };
    let labels = labels.split(')').next().unwrap().split(',');
    let labels = labels.filter(|label| *label != "le");
    labels.map(str::to_owned).collect()
}

/// Returns the labels of a legend, `kind` of `p95 {{kind}}`.
fn legend_labels(legend: &str) -> Vec<String> {
    let labels = legend.split("{{").skip(1);
    let labels = labels.map(|rest| rest.split("}}").next().unwrap().trim().to_owned());
    labels.collect()
}

#[test]
fn legends_name_the_labels_that_differ() {
    for artifacts in all() {
        let dashboard = parsed(&artifacts);
        for panel in panels(&dashboard) {
            let legends = legends(panel);
            let distinct: BTreeSet<_> = legends.iter().collect();
            assert_eq!(distinct.len(), legends.len(), "{panel:#}");
            let is_heat = panel["type"] == "heatmap";
            for (legend, expr) in legends.iter().zip(expressions(panel)) {
                if !is_heat && !expr.contains("objective:") {
                    let by = outer_labels(expr);
                    assert_eq!(legend_labels(legend), by, "{legend}: {expr}");
                }
            }
        }
    }
}

#[test]
fn legends_say_only_what_differs() {
    let dashboard = parsed(&web());
    let legend = |title: &str| legends(panel(&dashboard, title)).concat();
    // Both labels have the same values, and `true` means nothing alone.
    assert_eq!(
        legend("Changes"),
        "from={{from}} to={{to}} forced={{forced}}"
    );
    assert_eq!(legend("Cache: lookup"), "{{phase}}");
    assert_eq!(legend("Sent"), "sent");
    assert_eq!(legend("HTTP server: requests that fail"), "failing");
    assert_eq!(
        legends(panel(&dashboard, "HTTP server: request duration")),
        ["p50", "p95", "p99"]
    );
    let voice = parsed(&glyphoxa::artifacts());
    let http = panel(&voice, "HTTP Request Duration (p95)");
    assert_eq!(legends(http), ["{{path}}"]);
}

#[test]
fn nested_catalogs_keep_their_names() {
    let dashboard = parsed(&web());
    for title in [
        "Changes",
        "HTTP server: requests",
        "HTTP server: request duration",
        "HTTP server: request duration heat map",
        "Process: start time",
        "Cache: lookup",
    ] {
        panel(&dashboard, title);
    }
    let rows = dashboard["panels"].as_array().unwrap().iter();
    let rows = rows.filter(|panel| panel["type"] == "row");
    let rows: Vec<_> = rows.map(|row| row["title"].as_str().unwrap()).collect();
    assert_eq!(
        rows,
        ["Rates", "HTTP server", "Process", "Cache", "Objectives"]
    );
}

/// Two databases can each have a panel on their queries.
#[test]
fn panels_of_different_declared_rows_may_share_a_title() {
    let dashboard = parsed(&Artifacts::of::<ServiceMetrics>());
    let mut rows = BTreeSet::new();
    let mut current = "";
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        match panel["type"].as_str() {
            Some("row") => current = title,
            _ if title == "Query Latency" => drop(rows.insert(current)),
            _ => {}
        }
    }
    assert_eq!(rows, BTreeSet::from(["FalkorDB", "PostgreSQL"]));
}

#[test]
fn rates_read_per_second_and_legends_read_last() {
    let dashboard = parsed(&web());
    let unit = |title: &str| panel(&dashboard, title)["fieldConfig"]["defaults"]["unit"].clone();
    for (title, expected) in [
        ("Changes", "count:/s"),
        ("Sent", "Bps"),
        ("Bytes received", "Bps"),
        ("Spoken", "count:words/s"),
        ("HTTP server: requests that fail", "percentunit"),
        ("HTTP server: request duration", "s"),
        ("Process: start time", "s"),
    ] {
        assert_eq!(unit(title), expected, "{title}");
    }
    let calcs = &panel(&dashboard, "Changes")["options"]["legend"]["calcs"];
    assert_eq!(*calcs, serde_json::json!(["last", "max"]));
}

#[test]
fn objective_panels_show_the_budget_and_its_burn() {
    let artifacts = web();
    let dashboard = parsed(&artifacts);
    let rules = artifacts.rules().unwrap();
    for (good, objective) in [
        (
            "HTTP server: requests that succeed",
            "HttpServerRequestsAvailability",
        ),
        (
            "HTTP server: request duration within 250 ms",
            "HttpServerRequestDurationLatency",
        ),
    ] {
        let left = panel(&dashboard, &format!("{good}: budget left"));
        assert_eq!(left["type"], "stat");
        let burn = panel(&dashboard, &format!("{good}: burn rate"));
        assert_eq!(burn["type"], "timeseries");
        assert!(expressions(burn).len() > 1, "{burn:#}");
        for expr in expressions(left).into_iter().chain(expressions(burn)) {
            let (recorded, matchers) = expr.split_once('{').unwrap();
            assert!(
                rules.contains(&format!("record: {recorded}\n")),
                "{recorded}"
            );
            assert!(
                matchers.contains(&format!("objective=\"{objective}\"")),
                "{matchers}"
            );
        }
        // The budget is next to its burn.
        assert_eq!(left["gridPos"]["y"], burn["gridPos"]["y"]);
        // A rate of 1 is on the axis even if nothing is spent.
        let field = &burn["fieldConfig"]["defaults"];
        let limit = field["thresholds"]["steps"][1]["value"].as_f64();
        assert!(limit < field["custom"]["axisSoftMax"].as_f64(), "{field:#}");
    }
}

#[test]
fn axis_of_shares_has_a_fitting_range_for_zeros() {
    let dashboard = parsed(&web());
    let mut shares = 0;
    for panel in panels(&dashboard) {
        let field = &panel["fieldConfig"]["defaults"];
        if !panel["title"].as_str().unwrap().ends_with(" that fail") {
            continue;
        }
        shares += 1;
        let reached = field["custom"]["axisSoftMax"].as_f64().unwrap();
        assert!((0.0001..=0.1).contains(&reached), "{panel:#}");
        let limit = field["thresholds"]["steps"][1]["value"].as_f64();
        assert!(limit.is_none_or(|limit| limit < reached), "{panel:#}");
    }
    assert!(shares > 0, "no panel of shares");
}

#[test]
fn legend_with_many_series_is_beside_its_graph() {
    let dashboard = parsed(&web());
    let side = |title: &str| panel(&dashboard, title)["options"]["legend"]["placement"].clone();
    for (title, expected) in [
        ("HTTP server: request duration", "right"),
        ("HTTP server: requests that succeed: burn rate", "right"),
        ("Changes", "bottom"),
    ] {
        assert_eq!(side(title), expected, "{title}");
    }
}

#[test]
fn panels_can_change() {
    let dashboard = parsed(&web());
    // The counter itself never rises: each process counts one.
    let starts = on_one_line(panel(&dashboard, "Starts"));
    assert_eq!(
        starts,
        [
            r#"sum(changes(process_start_time_seconds{job=~"$job",env=~"$env",instance=~"$instance"}[$__rate_interval]))"#
        ]
    );
    let lonely = parsed(&Artifacts::of::<LonelyMetrics>());
    let titles: Vec<_> = panels(&lonely)
        .iter()
        .map(|panel| panel["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["Orders"]);
    let exposed = Artifacts::of::<LonelyMetrics>().external(["process_start_time_seconds"]);
    assert_eq!(panels(&parsed(&exposed)).len(), 2);
    let started = &on_one_line(panel(&dashboard, "Process: start time"))[0];
    assert!(
        started.starts_with("time()-max(process_start_time_seconds{"),
        "{started}"
    );
    // Before the first failure of a route there is no series of failures.
    let failing = &on_one_line(panel(&dashboard, "HTTP server: requests that fail"))[0];
    assert!(
        failing.contains("or0*sum(rate(http_server_requests_total{"),
        "{failing}"
    );
}

#[test]
fn queries_of_every_panel_have_no_problem() {
    for artifacts in all() {
        let dashboard = artifacts.dashboard().unwrap();
        let problems = artifacts.problems_in_dashboard(&dashboard, "generated");
        assert_eq!(problems.unwrap(), []);
    }
}
