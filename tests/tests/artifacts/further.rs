//! Dashboards with some of the panels.

use glyph_runtime::{
    Counter, Gauge,
    artifacts::{ArtifactError, Artifacts},
    metric_catalog,
};
use serde_json::Value;

/// The catalog of a shop.
#[metric_catalog(namespace = "corner")]
#[expect(dead_code, reason = "only its declaration matters here")]
struct CornerMetrics {
    /// Orders.
    #[panel(title = "Orders")]
    orders: Counter,
    /// Returns.
    #[panel(title = "Returns")]
    returns: Counter,
    /// Open carts.
    #[panel(title = "Open carts")]
    carts: Gauge,
}

/// The catalog of a shop whose rows have panels of the same title.
#[metric_catalog(namespace = "rows")]
#[expect(dead_code, reason = "only its declaration matters here")]
struct RowMetrics {
    /// Deliveries.
    #[panel(title = "Rate", row = "Stock")]
    deliveries: Counter,
    /// Orders.
    #[panel(title = "Rate", row = "Sales")]
    orders: Counter,
    /// Returns.
    #[panel(title = "Returns", row = "Sales")]
    returns: Counter,
}

fn rows() -> Artifacts {
    Artifacts::of::<RowMetrics>()
}

const PANELS: [&str; 2] = ["Open carts", "Orders"];

fn corner() -> Artifacts {
    Artifacts::of::<CornerMetrics>().and_dashboard("corner-sales", "Corner: sales", PANELS)
}

/// Returns a dashboard of these artifacts.
fn dashboard(artifacts: &Artifacts, name: &str) -> Value {
    let files = artifacts.files().unwrap();
    let mut files = files.iter();
    let path = format!("grafana/dashboards/{name}.json");
    let file = files.find(|file| file.path.ends_with(&path)).unwrap();
    serde_json::from_str(&file.content).unwrap()
}

/// Returns the panels of a dashboard that are not rows.
fn graphs(dashboard: &Value) -> Vec<&Value> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    panels.filter(|panel| panel["type"] != "row").collect()
}

#[test]
fn further_dashboard_has_its_panels_in_order() {
    let whole = dashboard(&corner(), "corner");
    let some = dashboard(&corner(), "corner-sales");
    assert_eq!(some["title"], "Corner: sales");
    assert_eq!(some["uid"], "corner-sales");
    for same in ["templating", "annotations", "links", "tags"] {
        assert_eq!(some[same], whole[same], "{same}");
    }
    let shown = graphs(&some);
    let titles: Vec<_> = shown.iter().map(|panel| panel["title"].as_str()).collect();
    assert_eq!(titles, PANELS.map(Some));
    // They differ from those of the first dashboard in their positions alone.
    for panel in shown {
        let mut graphs = graphs(&whole).into_iter();
        let mut expected = graphs
            .find(|other| other["title"] == panel["title"])
            .unwrap()
            .clone();
        expected["gridPos"] = panel["gridPos"].clone();
        assert_eq!(*panel, expected);
    }
    assert!(
        corner().files().unwrap().len() > Artifacts::of::<CornerMetrics>().files().unwrap().len()
    );
}

#[test]
fn dashboard_of_a_row_has_the_panels_of_the_row() {
    let artifacts = rows().and_dashboard_of_row("rows-sales", "Sales");
    let whole = dashboard(&artifacts, "rows");
    let some = dashboard(&artifacts, "rows-sales");
    assert_eq!(some["title"], "Sales");
    // Another row has a panel of the same title.
    let expressions: Vec<_> = graphs(&some)
        .iter()
        .map(|panel| panel["targets"][0]["expr"].to_string())
        .collect();
    assert_eq!(expressions.len(), 2, "{expressions:?}");
    let is_of_row = |expr: &String| expr.contains("rows_orders") || expr.contains("rows_returns");
    assert!(expressions.iter().all(is_of_row), "{expressions:?}");
    assert_eq!(graphs(&whole).len(), 3);
}

#[test]
fn dashboard_of_a_row_needs_the_row() {
    let found = messages(&rows().and_dashboard_of_row("rows-sales", "Sale"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("no row has the title `Sale`"),
        "{found:?}"
    );
    assert!(found[0].contains(file!()), "{found:?}");
}

/// Returns the messages of problems of artifacts that are not generated.
fn messages(artifacts: &Artifacts) -> Vec<String> {
    match artifacts.files() {
        Err(ArtifactError::Problems(problems)) => {
            problems.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn further_dashboard_has_a_uid_and_titles_of_panels() {
    let wrong = Artifacts::of::<CornerMetrics>()
        .and_dashboard("corner", "Again", ["Orders"])
        .and_dashboard("more", "More", ["Order", "Orders", "Orders"]);
    let found = messages(&wrong);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[2].contains("`Orders` is named more often than the dashboard has it"),
        "{found:?}"
    );
    assert!(
        found[0].contains("`corner` is the uid of another dashboard"),
        "{found:?}"
    );
    assert!(
        found[1].contains("no panel has the title `Order`"),
        "{found:?}"
    );
    for message in found {
        assert!(message.contains(file!()), "{message}");
    }
}

#[test]
fn further_dashboard_has_a_uid_that_grafana_takes() {
    for uid in ["", "a/b", "../b", "é", &"a".repeat(41)] {
        let wrong = Artifacts::of::<CornerMetrics>().and_dashboard(uid, "Sales", PANELS);
        let found = messages(&wrong);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("a uid has 1 to 40 letters"), "{found:?}");
    }
}

/// A dashboard that a program no longer declares is a file to delete.
#[test]
fn check_reports_a_dashboard_that_is_no_longer_generated() {
    let folder = tempfile::tempdir().unwrap();
    corner().write(folder.path()).unwrap();
    assert_eq!(corner().problems_in(folder.path()).unwrap(), []);
    let found = Artifacts::of::<CornerMetrics>()
        .problems_in(folder.path())
        .unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].what, "dashboard `corner-sales`");
}
