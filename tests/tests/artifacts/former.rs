//! What is left of an earlier version is found after a namespace was renamed.

use std::{fs, path::Path};

use glyph_runtime::artifacts::{ArtifactArgs, Artifacts};

mod before {
    use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

    #[metric_catalog(namespace = "shop")]
    pub(crate) struct Shop {
        /// Orders that were placed.
        pub(crate) orders: Counter,
        /// Baskets that are open.
        pub(crate) baskets: Gauge,
        /// Time until an order is confirmed.
        #[metric(unit = seconds)]
        pub(crate) wait: Histogram,
    }
}

mod after {
    use glyph_runtime::{Counter, Histogram, metric_catalog};

    #[metric_catalog(namespace = "store")]
    pub(crate) struct Store {
        /// Orders that were placed.
        pub(crate) orders: Counter,
        /// Time until an order is confirmed.
        #[metric(unit = seconds)]
        pub(crate) wait: Histogram,
    }
}

const RULES: &str = "groups: [{name: own, rules: [
  {alert: NoOrders, expr: 'rate(shop_orders_total[5m]) == 0'},
  {alert: Slow, expr: 'rate(shop_wait_seconds_sum[5m]) > 1 and on () node_load1 > 5'},
  {alert: Baskets, expr: shop_baskets > 5}]}]";

/// Returns the folder of the catalog before, with rules of a person.
fn written(folder: &Path) -> ArtifactArgs {
    let arguments = ArtifactArgs::new(folder);
    arguments.run(&Artifacts::of::<before::Shop>()).unwrap();
    fs::write(folder.join("prometheus/own.yml"), RULES).unwrap();
    arguments
}

const RENAMED: [&str; 3] = [
    "alert `NoOrders`: `shop_orders_total` is now `store_orders_total`: rename it here",
    "alert `Slow`: `shop_wait_seconds_sum` is now `store_wait_seconds_sum`: rename it here",
    "alert `Baskets`: the catalogs no longer declare `shop_baskets`: remove it here",
];

const LEFT: &str = "dashboard `shop`: the catalogs no longer generate it: delete the file";

#[test]
fn check_reports_old_names_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = written(folder.path());
    arguments.check = true;
    arguments.run(&Artifacts::of::<before::Shop>()).unwrap();
    let stale = arguments
        .run(&Artifacts::of::<after::Store>())
        .unwrap_err()
        .to_string();
    for expected in RENAMED.iter().chain([&LEFT]) {
        assert!(stale.contains(expected), "{expected}\n{stale}");
    }
    assert!(!stale.contains("node_load1"), "{stale}");
}

#[test]
fn writing_reports_what_a_person_has_to_mend() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = written(folder.path());
    let lines = arguments
        .run(&Artifacts::of::<after::Store>())
        .unwrap()
        .join("\n");
    for expected in RENAMED.iter().chain([&LEFT]) {
        assert!(lines.contains(expected), "{expected}\n{lines}");
    }
    // The schema has the new names now, and the dashboard that is left still has the old namespace.
    arguments.check = true;
    let stale = arguments
        .run(&Artifacts::of::<after::Store>())
        .unwrap_err()
        .to_string();
    let unknown = "no catalog declares `shop_orders_total`; did you mean `store_orders_total`?";
    for expected in [LEFT, unknown] {
        assert!(stale.contains(expected), "{expected}\n{stale}");
    }
    fs::remove_file(folder.path().join("grafana/dashboards/shop.json")).unwrap();
    let renamed = RULES
        .replace("shop_", "store_")
        .replace("store_baskets", "store_orders_total");
    fs::write(folder.path().join("prometheus/own.yml"), renamed).unwrap();
    arguments.run(&Artifacts::of::<after::Store>()).unwrap();
}

/// A dashboard of a person has no comment that it is generated.
#[test]
fn dashboards_of_a_person_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = written(folder.path());
    let own = serde_json::json!({ "title": "Own", "panels": [{ "title": "Orders",
        "targets": [{ "expr": "sum(rate(shop_orders_total[5m]))" }] }] });
    fs::write(
        folder.path().join("grafana/dashboards/own.json"),
        own.to_string(),
    )
    .unwrap();
    arguments.check = true;
    arguments.run(&Artifacts::of::<before::Shop>()).unwrap();
}
