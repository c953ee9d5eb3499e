//! Objectives: what their rules record, and whom their alerts call.

use glyph_runtime::{
    Counter, Histogram, Label, LabelSet, Status, artifacts::Artifacts, metric_catalog,
};
use serde_json::Value;

use crate::{
    conditions::Conditions, glyphoxa::VoiceMetrics, gospelib::ServiceMetrics, promtool,
    shop::ShopMetrics, tenants::ChessMetrics, tenants::expression,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    Paper,
    Cloth,
}

#[derive(LabelSet)]
pub(crate) struct Order {
    pub(crate) cover: Cover,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Shelf<'a> {
    #[label(max = 20)]
    pub(crate) shelf: &'a str,
}

#[metric_catalog(namespace = "books")]
pub(crate) struct BookMetrics {
    /// Time until a page is shown.
    #[metric(unit = seconds, buckets = [100ms, 500ms, 1s])]
    #[objective(latency = 500ms, target = 99%)]
    #[objective(latency = 1s, target = 99%, name = Patience, period = 28d, fast(10m/2h > 20),
        slow(6h/7d > 0.9, 12h/14d > 0.5), min_requests = 600, absent = 15m)]
    pub(crate) pages: Histogram,

    /// Orders.
    #[objective(availability = 99%, by(cover), name = Orders, slow(), absent = never,
        annotations(impact = "No {cover} books"))]
    pub(crate) orders: Counter<Order>,

    /// Searches.
    #[objective(availability = 99%, errors = failed_searches, name = Searches,
        annotations(impact = "Readers of {job} find nothing"))]
    #[objective(availability = 99%, errors = failed_searches, by(shelf), name = EachShelf,
        annotations(impact = "Readers of {shelf} find nothing"))]
    pub(crate) searches: Counter<Shelf<'_>>,

    /// Searches that failed.
    pub(crate) failed_searches: Counter<Shelf<'_>>,
}

pub(crate) fn books() -> Artifacts {
    Artifacts::of::<BookMetrics>()
}

glyph_runtime::artifacts::check!(rules_of_objectives_fit_their_series: BookMetrics; "env");

/// Returns the rules of all groups.
fn rules(artifacts: &Artifacts) -> Vec<Value> {
    let rules: Value = yaml_serde::from_str(&artifacts.rules().unwrap()).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    rules.cloned().collect()
}

/// Returns the names that the rules of an objective record, in their order.
fn records(artifacts: &Artifacts, objective: &str) -> Vec<String> {
    let rules = rules(artifacts).into_iter();
    let own = rules.filter(|rule| rule["labels"]["objective"] == objective);
    own.filter_map(|rule| rule["record"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn windows_of_an_objective_decide_what_is_recorded() {
    assert_eq!(
        records(&books(), "Patience"),
        [
            "objective:requests:rate5m",
            "objective:failures:rate5m",
            "objective:error_budget:ratio",
            "objective:failures_per_request:ratio_rate5m",
            "objective:burn_rate:ratio_rate5m",
            "objective:failures_per_request:ratio_rate10m",
            "objective:burn_rate:ratio_rate10m",
            "objective:failures_per_request:ratio_rate2h",
            "objective:burn_rate:ratio_rate2h",
            "objective:failures_per_request:ratio_rate6h",
            "objective:burn_rate:ratio_rate6h",
            "objective:failures_per_request:ratio_rate12h",
            "objective:burn_rate:ratio_rate12h",
            "objective:failures_per_request:ratio_rate7d",
            "objective:burn_rate:ratio_rate7d",
            "objective:failures_per_request:ratio_rate14d",
            "objective:burn_rate:ratio_rate14d",
            "objective:failures_per_request:ratio_rate28d",
            "objective:burn_rate:ratio_rate28d",
            "objective:budget_remaining:ratio_rate28d",
        ]
    );
    let shares = records(&books(), "BooksPagesLatency");
    let shares = shares
        .iter()
        .filter_map(|name| name.strip_prefix("objective:burn_rate:ratio_rate"));
    let windows: Vec<_> = shares.collect();
    assert_eq!(windows, ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"]);
}

#[test]
fn alerts_of_an_objective_follow_its_attribute() {
    let rules_text = books().rules().unwrap();
    let of = r#"objective="Patience", indicator="books_pages_seconds""#;
    let burns = |window: &str, rate: &str| {
        format!("objective:burn_rate:ratio_rate{window}{{{of}}} > {rate}")
    };
    let enough = |window: &str| {
        format!("sum_over_time(objective:requests:rate5m{{{of}}}[{window}:1m]) * 60 >= 600")
    };
    assert_eq!(
        expression(&rules_text, "PatienceBurnsFast"),
        [burns("10m", "20"), burns("2h", "20"), enough("2h")].join(" and ")
    );
    assert_eq!(
        expression(&rules_text, "PatienceBurnsSlowly"),
        format!(
            "({}) or ({})",
            [burns("6h", "0.9"), burns("7d", "0.9"), enough("7d")].join(" and "),
            [burns("12h", "0.5"), burns("14d", "0.5"), enough("14d")].join(" and "),
        )
    );
    let rules = rules(&books());
    let alert = |name: &str| rules.iter().find(|rule| rule["alert"] == name);
    assert_eq!(alert("PatienceAbsent").unwrap()["for"], "15m");
    assert_eq!(alert("BooksPagesLatencyAbsent").unwrap()["for"], "5m");
    assert!(alert("OrdersBurnsFast").is_some());
    for without in ["OrdersBurnsSlowly", "OrdersAbsent"] {
        assert_eq!(alert(without), None, "{without}");
    }
    let description = &alert("PatienceBurnsFast").unwrap()["annotations"]["description"];
    let description = description.as_str().unwrap();
    let start = "The objective is 99% of calls in 28 days. A budget that burns like this lasts 33.6 hours at most.";
    assert!(description.starts_with(start), "{description}");
    assert!(
        description.contains("objective:budget_remaining:ratio_rate28d{"),
        "{description}"
    );
    // The alert that calls are missing has no label of calls.
    let impact = |name: &str| &alert(name).unwrap()["annotations"]["impact"];
    assert_eq!(
        impact("SearchesAbsent"),
        "Readers of {{ $labels.job }} find nothing"
    );
    assert_eq!(*impact("EachShelfAbsent"), Value::Null);
}

/// Days of raw samples are slow to load, and a rate over them hides gaps.
#[test]
fn longer_windows_are_built_from_recorded_rates() {
    let everything = Artifacts::of::<BookMetrics>()
        .and::<VoiceMetrics>()
        .and::<ServiceMetrics>()
        .and::<ShopMetrics>()
        .and::<ChessMetrics>()
        .and::<Conditions>();
    let (mut raw, mut recorded) = (0, 0);
    for rule in rules(&everything) {
        if rule["labels"].get("objective").is_none() {
            continue;
        }
        let expr = rule["expr"].as_str().unwrap();
        for (before, after) in expr.match_indices('[').map(|(at, _)| expr.split_at(at)) {
            let (_, argument) = before.rsplit_once('(').unwrap();
            if argument.trim_start().starts_with("objective:") {
                recorded += 1;
            } else {
                assert!(after.starts_with("[5m]"), "{expr}");
                raw += 1;
            }
        }
    }
    assert!(raw > 20 && recorded > 100, "{raw} {recorded}");
}

#[test]
fn bad_calls_without_a_series_are_none_of_the_calls() {
    let rules = rules(&books());
    let failures = |objective: &str| {
        let mut rules = rules.iter();
        let rule = rules.find(|rule| {
            rule["record"] == "objective:failures:rate5m"
                && rule["labels"]["objective"] == objective
        });
        let expr = rule.unwrap()["expr"].as_str().unwrap();
        expr.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // A process exposes a series of an open label with the first failure.
    assert_eq!(
        failures("Searches"),
        "sum by (job, env) (rate(books_failed_searches_total[5m])) or sum by (job, env) (rate(books_searches_total[5m])) * 0"
    );
    assert_eq!(
        failures("Orders"),
        "sum by (cover, job, env) (rate(books_orders_total{status=\"error\"}[5m]))"
    );
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_objectives_fire_and_stay_quiet() {
    promtool::agrees(&books());
    let tests = books().rule_tests("rules.yml").unwrap();
    for case in [
        "Patience fails altogether",
        "Patience burns its budget",
        "Patience keeps its budget",
        "Patience fails with too few calls",
        "Patience has no calls",
        "Patience has no target that is up",
        "EachShelf has no calls",
    ] {
        assert!(tests.contains(&format!("name: {case}\n")), "{case}");
    }
    assert!(!tests.contains("name: Orders has no calls"));
}

/// Ten minutes with many calls and a tenth of them bad, a gap without scrapes, then few calls that
/// are all good. Searches fail once, and their series of failures begins with it.
const GAPS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'books_pages_seconds_count{job="a"}', values: '0+1000x10 _x20 10000+10x30' }
      - { series: 'books_pages_seconds_bucket{job="a", le="0.5"}', values: '0+900x10 _x20 9000+10x30' }
      - { series: 'books_searches_total{job="a", shelf="x"}', values: '0+60x60' }
      - { series: 'books_failed_searches_total{job="a", shelf="x"}', values: '_x40 0x2 3+0x20' }
    promql_expr_test:
      # Not 0.017, which is the mean of the shares, and no number that the gap lowers.
      - expr: 'objective:failures_per_request:ratio_rate1h{objective="BooksPagesLatency"} > bool 0.09'
        eval_time: 60m
        exp_samples: [{ labels: '{job="a", objective="BooksPagesLatency", indicator="books_pages_seconds"}', value: 1 }]
      - expr: 'objective:failures_per_request:ratio_rate1h{objective="BooksPagesLatency"} < bool 0.1'
        eval_time: 60m
        exp_samples: [{ labels: '{job="a", objective="BooksPagesLatency", indicator="books_pages_seconds"}', value: 1 }]
      # Nothing is reported of minutes without calls.
      - { expr: 'objective:failures_per_request:ratio_rate5m{objective="BooksPagesLatency"}', eval_time: 25m, exp_samples: [] }
      - expr: 'objective:budget_remaining:ratio_rate30d{objective="Searches"}'
        eval_time: 30m
        exp_samples: [{ labels: 'objective:budget_remaining:ratio_rate30d{job="a", objective="Searches", indicator="books_searches"}', value: 1 }]
      - expr: 'objective:budget_remaining:ratio_rate30d{objective="Searches"} < bool 1'
        eval_time: 60m
        exp_samples: [{ labels: '{job="a", objective="Searches", indicator="books_searches"}', value: 1 }]
      - expr: 'objective:error_budget:ratio{objective="Searches"}'
        eval_time: 30m
        exp_samples: [{ labels: 'objective:error_budget:ratio{job="a", objective="Searches", indicator="books_searches"}', value: 0.01 }]
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn gaps_and_bursts_do_not_distort_the_share_of_bad_calls() {
    promtool::passes(&books().rules().unwrap(), GAPS);
}

/// Four jobs and environments. In one all is well, in one a replica is down and another serves, in
/// one nothing is scraped any more, and in one the program no longer exposes its metrics.
const MISSING: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'up{job="a", env="x", instance="1"}', values: '1x60' }
      - { series: 'books_pages_seconds_count{job="a", env="x", instance="1"}', values: '0+60x60' }
      - { series: 'books_pages_seconds_bucket{job="a", env="x", instance="1", le="0.5"}', values: '0+60x60' }
      - { series: 'books_searches_total{job="a", env="x", instance="1", shelf="s"}', values: '0+60x60' }
      - { series: 'up{job="a", env="y", instance="1"}', values: '1x20 0x40' }
      - { series: 'up{job="a", env="y", instance="2"}', values: '1x60' }
      - { series: 'books_pages_seconds_count{job="a", env="y", instance="1"}', values: '0+60x20 stale' }
      - { series: 'books_pages_seconds_count{job="a", env="y", instance="2"}', values: '0+60x60' }
      - { series: 'books_pages_seconds_bucket{job="a", env="y", instance="2", le="0.5"}', values: '0+60x60' }
      - { series: 'books_searches_total{job="a", env="y", instance="1", shelf="s"}', values: '0+60x20 stale' }
      - { series: 'up{job="b", env="x", instance="1"}', values: '1x20 0x40' }
      - { series: 'books_pages_seconds_count{job="b", env="x", instance="1"}', values: '0+60x20 stale' }
      - { series: 'books_pages_seconds_bucket{job="b", env="x", instance="1", le="0.5"}', values: '0+60x20 stale' }
      - { series: 'books_searches_total{job="b", env="x", instance="1", shelf="s"}', values: '0+60x20 stale' }
      - { series: 'up{job="b", env="y", instance="1"}', values: '1x60' }
      - { series: 'books_pages_seconds_count{job="b", env="y", instance="1"}', values: '0+60x20 stale' }
      - { series: 'books_pages_seconds_bucket{job="b", env="y", instance="1", le="0.5"}', values: '0+60x20 stale' }
      - { series: 'books_searches_total{job="b", env="y", instance="1", shelf="s"}', values: '0+60x20 stale' }
    promql_expr_test:
      - { expr: 'ALERTS{alertname=~".+Absent", alertstate="firing"}', eval_time: 20m, exp_samples: [] }
      - expr: 'count by (job, env) (ALERTS{alertname="BooksPagesLatencyAbsent", alertstate="firing"})'
        eval_time: 50m
        exp_samples:
          - { labels: '{job="b", env="x"}', value: 1 }
          - { labels: '{job="b", env="y"}', value: 1 }
      # A process without searches exposes none.
      - expr: 'count by (job, env) (ALERTS{alertname="SearchesAbsent", alertstate="firing"})'
        eval_time: 50m
        exp_samples:
          - { labels: '{job="b", env="x"}', value: 1 }
    alert_rule_test:
      - eval_time: 50m
        alertname: SearchesAbsent
        exp_alerts:
          - exp_labels: { severity: critical, objective: Searches, indicator: books_searches, job: b, env: x }
            exp_annotations:
              summary: 'Searches cannot be measured, for job b env x'
              description: 'No target is up, or no target exposes books_searches. The burn alerts of this objective cannot fire until a target does.'
              impact: Readers of b find nothing
  - name: nothing was ever reported
    interval: 1m
    input_series:
      - { series: 'up{job="a", env="x", instance="1"}', values: '1x60' }
    alert_rule_test:
      - eval_time: 30m
        alertname: PatienceAbsent
        exp_alerts:
          - exp_labels: { severity: critical, objective: Patience, indicator: books_pages_seconds }
            exp_annotations:
              summary: Patience cannot be measured
              description: 'No target is up, or no target exposes books_pages_seconds. The burn alerts of this objective cannot fire until a target does.'
      - { eval_time: 30m, alertname: SearchesAbsent, exp_alerts: [] }
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn missing_calls_are_an_alert_of_their_job_and_environment() {
    promtool::passes(&books().rules().unwrap(), MISSING);
}

#[test]
fn reference_says_when_alerts_of_objectives_fire() {
    let reference = books().reference().unwrap();
    for row in [
        "| Objective | Good calls | Target | Period | For each | Alerts at burn rates |",
        "| 99% | 28d | (none) | fast 10m/2h > 20; slow 6h/7d > 0.9, 12h/14d > 0.5; from 600 calls |",
        "| 99% | 30d | `cover` | fast 5m/1h > 14.4, 30m/6h > 6 |",
    ] {
        assert!(reference.contains(row), "{reference}");
    }
}
