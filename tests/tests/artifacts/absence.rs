//! Alerts of what is missing, for several jobs and environments: calls, series and targets.

use glyph_runtime::{Counter, Gauge, LabelSet, Status, artifacts::Artifacts, metric_catalog};

use serde_json::Value;

use crate::promtool;

#[derive(LabelSet)]
pub(crate) struct Visit<'a> {
    #[label(max = 20)]
    pub(crate) path: &'a str,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Vault<'a> {
    #[label(max = 4)]
    pub(crate) vault: &'a str,
}

#[metric_catalog(namespace = "depot")]
pub(crate) struct DepotMetrics {
    /// Visits.
    #[objective(availability = 99%, by(path), name = Visits, labels(team = "depot"))]
    pub(crate) visits: Counter<Visit<'_>>,

    /// Backups.
    #[alert(NoBackups, absent(5m){vault = "north"}, summary = "{vault} of {job} makes no backups in {env}")]
    #[alert(NoBackupsNow, absent, summary = "no backups")]
    pub(crate) backups: Counter<Vault<'_>>,
}

fn passes(tests: &str) {
    let rules = Artifacts::of::<DepotMetrics>().rules().unwrap();
    promtool::passes(&rules, tests);
}

/// In one environment the targets left the service discovery, in one they are down, in one a process
/// has started anew and has had no visit yet, and one program pushes its metrics, without `up`.
const CALLS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'up{job="a", env="left", instance="1"}', values: '1x20 stale' }
      - { series: 'depot_visits_total{job="a", env="left", instance="1", path="x", status="ok"}', values: '0+60x20 stale' }
      - { series: 'up{job="a", env="down", instance="1"}', values: '1x20 0x40' }
      - { series: 'depot_visits_total{job="a", env="down", instance="1", path="x", status="ok"}', values: '0+60x20 stale' }
      - { series: 'up{job="a", env="idle", instance="1"}', values: '1x60' }
      - { series: 'depot_visits_total{job="a", env="idle", instance="1", path="x", status="ok"}', values: '0+60x20 stale' }
      - { series: 'target_info{job="pushes", instance="1"}', values: '1x60' }
      - { series: 'depot_visits_total{job="pushes", instance="1", path="x", status="ok"}', values: '0+60x20 stale' }
      - { series: 'depot_visits_total{job="pushes", env="old", instance="1", path="x", status="ok"}', values: '0+60x60' }
    promql_expr_test:
      - { expr: 'ALERTS{alertname="VisitsAbsent", alertstate="firing"}', eval_time: 20m, exp_samples: [] }
      - expr: 'count by (job, env) (ALERTS{alertname="VisitsAbsent", alertstate="firing"})'
        eval_time: 50m
        exp_samples:
          - { labels: '{job="a", env="left"}', value: 1 }
          - { labels: '{job="a", env="down"}', value: 1 }
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn targets_that_left_the_service_discovery_are_missed() {
    passes(CALLS);
}

/// A replica of one environment is down, all of another, and none of a third. A job of another
/// program has a replica that is down too.
const TARGETS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'up{job="a", env="one", instance="1"}', values: '1x60' }
      - { series: 'up{job="a", env="one", instance="2"}', values: '1x20 0x40' }
      - { series: 'depot_visits_total{job="a", env="one", instance="1", path="x", status="ok"}', values: '0+60x60' }
      - { series: 'up{job="a", env="all", instance="1"}', values: '1x20 0x40' }
      - { series: 'up{job="a", env="all", instance="2"}', values: '1x20 0x40' }
      - { series: 'depot_visits_total{job="a", env="all", instance="1", path="x", status="ok"}', values: '0+60x20 stale' }
      - { series: 'up{job="a", env="none", instance="1"}', values: '1x60' }
      - { series: 'up{job="a", env="none", instance="2"}', values: '1x60' }
      - { series: 'depot_visits_total{job="a", env="none", instance="1", path="x", status="ok"}', values: '0+60x60' }
      - { series: 'up{job="stranger", env="one", instance="1"}', values: '1x60' }
      - { series: 'up{job="stranger", env="one", instance="2"}', values: '0x60' }
    alert_rule_test:
      - { eval_time: 22m, alertname: DepotTargetDown, exp_alerts: [] }
      - eval_time: 40m
        alertname: DepotTargetDown
        exp_alerts:
          - exp_labels: { severity: warning, team: depot, job: a, env: one }
            exp_annotations:
              summary: 'targets that are down while others are up: 1, for job a env one'
              description: 'Prometheus cannot scrape them. Requests may fail until the others take over. One of them is 2.'
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn target_that_is_down_while_others_serve_is_an_alert() {
    passes(TARGETS);
}

/// One job stops its backups, another goes on, and a third is about another vault.
const BACKUPS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'depot_backups_total{job="a", env="x", instance="1", vault="north"}', values: '0+1x60' }
      - { series: 'depot_backups_total{job="a", env="y", instance="1", vault="north"}', values: '0+1x20 stale' }
      - { series: 'depot_backups_total{job="b", env="x", instance="1", vault="south"}', values: '0+1x20 stale' }
    alert_rule_test:
      - { eval_time: 20m, alertname: NoBackups, exp_alerts: [] }
      - { eval_time: 20m, alertname: NoBackupsNow, exp_alerts: [] }
      - eval_time: 40m
        alertname: NoBackups
        exp_alerts:
          - exp_labels: { severity: warning, job: a, env: y, vault: north }
            exp_annotations: { summary: north of a makes no backups in y }
      - eval_time: 40m
        alertname: NoBackupsNow
        exp_alerts:
          - { exp_labels: { severity: warning, job: a, env: y }, exp_annotations: { summary: no backups } }
          - { exp_labels: { severity: warning, job: b, env: x }, exp_annotations: { summary: no backups } }
  - name: there never was a backup
    interval: 1m
    input_series: []
    alert_rule_test:
      - eval_time: 10m
        alertname: NoBackups
        exp_alerts:
          - exp_labels: { severity: warning, vault: north }
            exp_annotations: { summary: 'north of  makes no backups in ' }
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn series_that_one_job_no_longer_has_are_missed() {
    passes(BACKUPS);
    promtool::agrees(&Artifacts::of::<DepotMetrics>());
}

#[metric_catalog(namespace = "derived")]
pub(crate) struct DerivedMetrics {
    /// Whether the process is up: 1 or 0.
    #[metric(liveness)]
    #[alert(FewReplicas, expr = "sum(derived_up) < 2")]
    pub(crate) up: Gauge,

    /// Visits.
    #[alert(
        VisitsFail,
        expr = "sum(rate(derived_visits_total{status=\"error\"}[5m])) / sum(rate(derived_visits_total[5m])) > 0.1"
    )]
    pub(crate) visits: Counter<Visit<'static>>,
}

/// Returns the input series of a case, with their values.
fn series(tests: &Value, case: &str) -> Vec<(String, String)> {
    let mut cases = tests["tests"].as_array().unwrap().iter();
    let case = cases.find(|own| own["name"] == case).unwrap();
    let series = case["input_series"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    series
        .map(|series| (text(&series["series"]), text(&series["values"])))
        .collect()
}

/// A process sets its gauge to 1, and has all labels of its label sets, with values that they have.
#[test]
fn derived_cases_have_series_that_a_program_can_produce() {
    let artifacts = Artifacts::of::<DerivedMetrics>();
    let tests = artifacts.rule_tests("rules.yml").unwrap();
    let tests: Value = yaml_serde::from_str(&tests).unwrap();
    for (case, replicas) in [("FewReplicas fires", 1), ("FewReplicas stays quiet", 2)] {
        let series = series(&tests, case);
        assert_eq!(series.len(), replicas, "{series:?}");
        assert!(series.iter().all(|(_, values)| values.starts_with("1+0x")));
    }
    let visits = series(&tests, "VisitsFail fires");
    for (series, _) in &visits {
        for label in ["path=", "job=", "env=", "instance="] {
            assert!(series.contains(label), "{series}");
        }
    }
    let statuses = ["status=\"error\"", "status=\"ok\""];
    let has = |status: &&str| visits.iter().any(|(series, _)| series.contains(*status));
    assert!(statuses.iter().all(has), "{visits:?}");
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn derived_cases_fire_and_stay_quiet() {
    promtool::agrees(&Artifacts::of::<DerivedMetrics>());
}

/// Every visit of a page fails, whose path has quotes.
const QUOTES: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'depot_visits_total{job="a", env="x", instance="1", path="/it''s", status="error"}', values: '0+60x180' }
    alert_rule_test:
      - eval_time: 180m
        alertname: VisitsBurnsFast
        exp_alerts:
          - exp_labels: { severity: critical, team: depot, objective: Visits, indicator: depot_visits, job: a, env: x, path: "/it's" }
            exp_annotations:
              summary: "Visits spends its error budget 100 times too fast, for job a env x path /it's"
              description: 'The objective is 99% of calls in 30 days. A budget that burns like this lasts 5 days at most. -9900% of it is left.'
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn quotes_in_label_values_do_not_break_descriptions() {
    passes(QUOTES);
}
