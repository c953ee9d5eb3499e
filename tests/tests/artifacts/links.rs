//! Links from alerts to panels, and from panels to traces and logs.

use glyph_runtime::{
    Counter, Gauge, Histogram, LabelSet, Status, artifacts::Artifacts, metric_catalog,
};
use serde_json::Value;

use crate::{
    dashboards::{panel, panels, parsed},
    promtool::agrees,
};

#[derive(LabelSet)]
pub(crate) struct Order<'a> {
    #[label(max = 20)]
    pub(crate) country: &'a str,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "linked", stages = stage)]
pub(crate) struct LinkedMetrics {
    /// Orders.
    #[alert(OrdersFail, share(status = error) > 5%, by(country))]
    #[alert(OrdersRare, rate < 0.1/s, dashboard = "https://example.com/own")]
    #[alert(OrdersMissing, absent, summary = "No orders are exposed")]
    #[objective(availability = 99%)]
    pub(crate) orders: Counter<Order<'_>>,

    /// Time until an order is confirmed.
    #[metric(unit = seconds, buckets = [100ms, 500ms, 1s])]
    #[stage(confirm)]
    #[alert(SlowOrders, p95 > 500ms)]
    pub(crate) wait: Histogram,

    /// Memory of baskets.
    #[metric(unit = bytes)]
    #[alert(BasketsLarge, > 64MiB)]
    pub(crate) baskets: Gauge,

    /// Workers.
    #[alert(NoWorkers, == 0, summary = "{instance} has no workers")]
    #[panel(hidden)]
    pub(crate) workers: Gauge,
}

/// The same program after a metric was added before the others.
mod later {
    use super::*;

    #[metric_catalog(namespace = "linked")]
    pub(crate) struct LinkedMetrics {
        /// Visits.
        pub(crate) visits: Counter,
        /// Orders, now with another title.
        #[panel(title = "Sales")]
        pub(crate) orders: Counter<Order<'_>>,
    }
}

fn linked() -> Artifacts {
    Artifacts::of::<LinkedMetrics>().grafana_url("https://grafana.example.com/")
}

/// Returns the links of all alerts, by the names of the alerts.
fn urls(rules: &str) -> Vec<(String, String)> {
    let rules: Value = yaml_serde::from_str(rules).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let alerts = rules.filter(|rule| rule.get("alert").is_some());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let alerts = alerts.map(|rule| {
        (
            text(&rule["alert"]),
            text(&rule["annotations"]["dashboard_url"]),
        )
    });
    alerts.collect()
}

#[test]
fn alert_links_to_the_panel_that_shows_why_it_fires() {
    let artifacts = linked();
    let dashboard = parsed(&artifacts);
    let urls = urls(&artifacts.rules().unwrap());
    let url = |alert: &str| {
        let mut urls = urls.iter();
        &urls.find(|(name, _)| name == alert).unwrap().1
    };
    let start = format!(
        "https://grafana.example.com/d/{}",
        dashboard["uid"].as_str().unwrap()
    );
    let target = "var-job={{ $labels.job | urlquery }}&var-env={{ $labels.env | urlquery }}";
    let instance = format!("{target}&var-instance={{{{ $labels.instance | urlquery }}}}");
    for (alert, title, variables) in [
        ("OrdersFail", "Orders that fail", target),
        ("SlowOrders", "Wait", target),
        ("BasketsLarge", "Baskets", &instance),
        (
            "LinkedOrdersAvailabilityBurnsFast",
            "Orders that succeed: burn rate",
            target,
        ),
    ] {
        let id = &panel(&dashboard, title)["id"];
        assert_eq!(*url(alert), format!("{start}?viewPanel={id}&{variables}"));
    }
    // What `absent` returns has no labels.
    let orders = &panel(&dashboard, "Orders")["id"];
    assert_eq!(*url("OrdersMissing"), format!("{start}?viewPanel={orders}"));
    // Without a panel, the link is to the dashboard.
    assert_eq!(*url("NoWorkers"), format!("{start}?{instance}"));
    assert_eq!(url("OrdersRare"), "https://example.com/own");
}

#[test]
fn alerts_have_no_link_without_the_address_of_grafana() {
    let urls = urls(&Artifacts::of::<LinkedMetrics>().rules().unwrap());
    assert!(urls.len() > 5, "{urls:?}");
    for (alert, url) in urls {
        assert_eq!(!url.is_empty(), alert == "OrdersRare", "{alert}: {url}");
    }
}

#[test]
fn grafanas_alerts_name_their_panels() {
    let artifacts = Artifacts::of::<LinkedMetrics>();
    let dashboard = parsed(&artifacts);
    let alerting: Value = yaml_serde::from_str(&artifacts.grafana_alerting().unwrap()).unwrap();
    let groups = alerting["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let ids: Vec<String> = panels(&dashboard)
        .iter()
        .map(|panel| panel["id"].to_string())
        .collect();
    let mut linked = 0;
    for rule in rules {
        let annotations = &rule["annotations"];
        // Grafana wants both or none.
        let [uid, id] = ["__dashboardUid__", "__panelId__"].map(|name| annotations.get(name));
        assert_eq!(uid.is_some(), id.is_some(), "{rule:#}");
        assert_eq!(id.is_none(), rule["title"] == "NoWorkers", "{rule:#}");
        if let (Some(uid), Some(id)) = (uid, id) {
            assert_eq!(*uid, dashboard["uid"]);
            assert!(ids.contains(&id.as_str().unwrap().to_owned()), "{id}");
            linked += 1;
        }
    }
    assert!(linked > 5, "{linked}");
}

#[test]
fn panels_keep_their_ids_when_others_are_added() {
    let before = parsed(&linked());
    let after = parsed(&Artifacts::of::<later::LinkedMetrics>());
    assert_eq!(panel(&before, "Orders")["id"], panel(&after, "Sales")["id"]);
    let visits = &panel(&after, "Visits")["id"];
    assert_ne!(panel(&after, "Sales")["id"], *visits);
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_with_links_fire_and_stay_quiet() {
    agrees(&linked());
}

/// Returns the title and the decoded address of each link.
fn links(holder: &Value) -> Vec<(&str, String)> {
    let links = holder["links"].as_array().unwrap().iter();
    let links = links.map(|link| {
        let url = link["url"].as_str().unwrap();
        let url = url
            .replace("%7B", "{")
            .replace("%7D", "}")
            .replace("%3D", "=");
        let url = url
            .replace("%22", "\"")
            .replace("%5C", "\\")
            .replace("%20", " ");
        let url = url
            .replace("%26", "&")
            .replace("%7E", "~")
            .replace("%2C", ",")
            .replace("%7C", "|");
        (link["title"].as_str().unwrap(), url.replace("\\\"", "'"))
    });
    links.collect()
}

#[test]
fn links_select_traces_and_logs_of_the_service() {
    let by_job = parsed(&linked());
    let by_name = parsed(&linked().service_name("order-desk"));
    for (dashboard, name) in [(by_job, "=~'${job:pipe}'"), (by_name, "='order-desk'")] {
        let env = "=~'${env:pipe}'";
        for (holder, expected) in [
            (
                &dashboard,
                [
                    (
                        "Traces",
                        format!("{{resource.service.name{name} && resource.env{env}}}"),
                    ),
                    ("Logs", format!("{{service_name{name}, env{env}}}")),
                ]
                .as_slice(),
            ),
            (
                panel(&dashboard, "Wait"),
                &[(
                    "Traces through confirm",
                    format!(
                        "{{resource.service.name{name} && name='confirm' && resource.env{env}}}"
                    ),
                )],
            ),
            (
                panel(&dashboard, "Orders that fail"),
                &[
                    (
                        "Failed traces",
                        format!(
                            "{{resource.service.name{name} && status=error && resource.env{env}}}"
                        ),
                    ),
                    (
                        "Errors in the log",
                        format!("{{service_name{name}, env{env}}} | detected_level='error'"),
                    ),
                ],
            ),
        ] {
            let links = links(holder);
            assert_eq!(links.len(), expected.len(), "{links:?}");
            for ((title, url), (expected, query)) in links.iter().zip(expected) {
                assert_eq!(title, expected);
                assert!(url.contains(query.as_str()), "{query}\n{url}");
            }
        }
    }
}

#[test]
fn descriptions_have_sizes_as_a_person_writes_them() {
    let rules = linked().rules().unwrap();
    assert!(rules.contains("above 64 MiB, for"), "{rules}");
}
