//! Objectives whose threshold is between two bucket bounds.

use glyph_runtime::{
    Histogram, Label, LabelSet, View,
    artifacts::{Artifacts, Schema, diff},
    metric_catalog,
};
use serde_json::Value;

use crate::promtool;

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Desk {
    Sales,
    Help,
}

#[derive(LabelSet)]
struct Call {
    desk: Desk,
}

#[metric_catalog(namespace = "answers")]
struct AnswerMetrics {
    /// Time until an answer.
    #[metric(name = "delay", unit = seconds, buckets = [500ms, 1s, 2.5s, 5s])]
    #[objective(latency = 2s, interpolated, target = 90%, by(desk), name = Soon, slow())]
    #[objective(latency = 700ms, interpolated, target = 99%, of = self{desk = sales}, name = Sold)]
    #[objective(latency = 1s, target = 90%, name = Exact)]
    delay: Histogram<Call>,
}

glyph_runtime::artifacts::check!(rules_of_estimates_fit_their_series: AnswerMetrics; "env");

fn answers() -> Artifacts {
    Artifacts::of::<AnswerMetrics>()
}

fn viewed(buckets: &'static [f64]) -> Artifacts {
    let view = View::of(AnswerMetrics::global());
    Artifacts::default().and_view(view.buckets(|metrics| &metrics.delay, buckets.to_vec()))
}

/// Returns the expression that records the bad calls of an objective, in one line.
fn failures(artifacts: &Artifacts, objective: &str) -> String {
    let rules: Value = yaml_serde::from_str(&artifacts.rules().unwrap()).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let mut rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let rule = rules.find(|rule| {
        rule["record"] == "objective:failures:rate5m" && rule["labels"]["objective"] == objective
    });
    let expr = rule.unwrap()["expr"].as_str().unwrap();
    let words: Vec<_> = expr.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(" )", ")")
}

/// Returns the expression of bad calls, by the number of all calls and of those up to a bound.
fn estimate(selected: &str, by: &str, bounds: [&str; 2], share: &str) -> String {
    let sum = |series: &str| format!("sum by ({by}) (rate(answers_delay_seconds_{series}[5m]))");
    let braces = |selected: String| {
        if selected.is_empty() {
            selected
        } else {
            format!("{{{selected}}}")
        }
    };
    let all = sum(&format!("count{}", braces(selected.to_owned())));
    let before = if selected.is_empty() {
        String::new()
    } else {
        format!("{selected}, ")
    };
    let [lower, upper] =
        bounds.map(|le| sum(&format!("bucket{}", braces(format!("{before}{le}")))));
    format!("{all} - ({lower} + ({upper} - {lower}) * ({share}))")
}

#[test]
fn calls_of_the_bucket_around_the_threshold_are_spread_evenly() {
    assert_eq!(
        failures(&answers(), "Soon"),
        estimate(
            "",
            "desk, job, env",
            [r#"le=~"1\\.0|1""#, r#"le="2.5""#],
            "(2 - 1) / (2.5 - 1)"
        )
    );
    assert_eq!(
        failures(&answers(), "Sold"),
        estimate(
            r#"desk="sales""#,
            "job, env",
            [r#"le="0.5""#, r#"le=~"1\\.0|1""#],
            "(0.7 - 0.5) / (1 - 0.5)"
        )
    );
    assert!(!failures(&answers(), "Exact").contains('*'));
}

#[test]
fn readers_of_an_estimate_are_told_its_bounds() {
    let reference = answers().reference().unwrap();
    let row = |name: &str| {
        let mut lines = reference.lines();
        lines
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    let soon =
        "| Soon | `answers_delay_seconds` at most 2 s, estimated between 1 s and 2.5 s | 90% |";
    assert!(row("| Soon |").starts_with(soon), "{}", row("| Soon |"));
    let sold = "at most 700 ms, estimated between 500 ms and 1 s, where `desk` is `sales` |";
    assert!(row("| Sold |").contains(sold), "{}", row("| Sold |"));
    assert!(!row("| Exact |").contains("estimated"));
    let dashboard = answers().dashboard().unwrap();
    let panel = "Objective `Soon`: 90% of delay within 2 s, estimated between 1 s and 2.5 s.";
    assert!(dashboard.contains(panel), "{dashboard}");
    assert!(dashboard.contains("Objective `Exact`: 90% of delay within 1 s."));
}

/// Returns the changes after `edit` of the first objective of the schema.
fn changes(edit: fn(&mut Option<[f64; 2]>)) -> Vec<String> {
    let old = answers().schema();
    let mut new = old.clone();
    edit(&mut new.objectives.first_mut().unwrap().between);
    let changes = diff(&old, &new).into_iter();
    changes.map(|change| change.to_string()).collect()
}

#[test]
fn change_between_counts_and_estimates_is_breaking() {
    let schema = answers().schema();
    let between: Vec<_> = schema.objectives.iter().map(|of| of.between).collect();
    assert_eq!(between, [Some([1.0, 2.5]), Some([0.5, 1.0]), None]);
    let read = Schema::from_json(&schema.to_json().unwrap()).unwrap();
    assert_eq!(read, schema);
    let compare = "reports over this release compare two measures";
    assert_eq!(
        changes(|between| *between = None),
        [format!(
            "breaking: good calls of objective `Soon` are counted and no longer estimated between 1 and 2.5: {compare}"
        )]
    );
    assert_eq!(
        changes(|between| *between = Some([1.0, 5.0])),
        [format!(
            "breaking: good calls of objective `Soon` are estimated between 1 and 5 and no longer estimated between 1 and 2.5: {compare}"
        )]
    );
    let mut counted = schema.clone();
    counted.objectives.first_mut().unwrap().between = None;
    let change = diff(&counted, &schema);
    assert_eq!(
        change[0].to_string(),
        format!(
            "breaking: good calls of objective `Soon` are estimated between 1 and 2.5 and no longer counted: {compare}"
        )
    );
}

#[test]
fn estimate_follows_the_buckets_of_a_view() {
    let wider = viewed(&[0.5, 5.0]);
    let between = |name: &str| {
        let schema = wider.schema();
        let mut objectives = schema.objectives.into_iter();
        objectives.find(|of| of.name == name).unwrap().between
    };
    assert_eq!(between("Soon"), Some([0.5, 5.0]));
    assert!(failures(&wider, "Soon").ends_with("* ((2 - 0.5) / (5 - 0.5)))"));
    let left_out = |buckets| {
        let artifacts = viewed(buckets);
        let problems = artifacts.left_out().iter();
        let problems = problems.filter(|problem| problem.what.contains("`Soon`"));
        problems
            .map(|problem| problem.message.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(left_out(&[0.5, 5.0]), [""; 0]);
    let reason =
        "left out, because the view leaves `answers_delay_seconds` no bucket bounds around 2";
    for one_side in [&[2.5, 5.0][..], &[0.5, 1.0]] {
        assert_eq!(left_out(one_side), [reason]);
    }
}

/// Of 100 calls a minute, 60 take at most 1 s, 90 at most 2.5 s, and none of the others at most 5 s: two
/// thirds of the 30 between are up to 2 s, and the others are bad. The second desk has 84 calls of 100
/// up to 1 s and 93 up to 2.5 s: 90 are good.
const SPREAD: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'answers_delay_seconds_count{job="a", desk="help"}', values: '0+100x60' }
      - { series: 'answers_delay_seconds_bucket{job="a", desk="help", le="0.5"}', values: '0+0x60' }
      - { series: 'answers_delay_seconds_bucket{job="a", desk="help", le="1.0"}', values: '0+60x60' }
      - { series: 'answers_delay_seconds_bucket{job="a", desk="help", le="2.5"}', values: '0+90x60' }
      - { series: 'answers_delay_seconds_bucket{job="a", desk="help", le="5.0"}', values: '0+90x60' }
      - { series: 'answers_delay_seconds_bucket{job="a", desk="help", le="+Inf"}', values: '0+100x60' }
      - { series: 'answers_delay_seconds_count{job="b", desk="sales"}', values: '0+100x60' }
      - { series: 'answers_delay_seconds_bucket{job="b", desk="sales", le="0.5"}', values: '0+0x60' }
      - { series: 'answers_delay_seconds_bucket{job="b", desk="sales", le="1"}', values: '0+84x60' }
      - { series: 'answers_delay_seconds_bucket{job="b", desk="sales", le="2.5"}', values: '0+93x60' }
      - { series: 'answers_delay_seconds_bucket{job="b", desk="sales", le="5"}', values: '0+100x60' }
      - { series: 'answers_delay_seconds_bucket{job="b", desk="sales", le="+Inf"}', values: '0+100x60' }
    promql_expr_test:
      - expr: 'round(objective:failures_per_request:ratio_rate5m{objective="Soon"} * 1e6)'
        eval_time: 60m
        exp_samples:
          - { labels: '{job="a", desk="help", objective="Soon", indicator="answers_delay_seconds"}', value: 200000 }
          - { labels: '{job="b", desk="sales", objective="Soon", indicator="answers_delay_seconds"}', value: 100000 }
      - expr: 'round(objective:burn_rate:ratio_rate30m{objective="Soon"} * 1e6)'
        eval_time: 60m
        exp_samples:
          - { labels: '{job="a", desk="help", objective="Soon", indicator="answers_delay_seconds"}', value: 2000000 }
          - { labels: '{job="b", desk="sales", objective="Soon", indicator="answers_delay_seconds"}', value: 1000000 }
      # The quantiles of these shares are at the threshold: both estimates are the same.
      - expr: 'round(histogram_quantile(0.8, sum by (le) (rate(answers_delay_seconds_bucket{job="a"}[5m]))) * 1e6)'
        eval_time: 60m
        exp_samples: [{ labels: '{}', value: 2000000 }]
      - expr: 'round(histogram_quantile(0.9, sum by (le) (rate(answers_delay_seconds_bucket{job="b"}[5m]))) * 1e6)'
        eval_time: 60m
        exp_samples: [{ labels: '{}', value: 2000000 }]
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn estimate_is_that_of_a_quantile() {
    promtool::passes(&answers().rules().unwrap(), SPREAD);
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_estimates_fire_and_stay_quiet() {
    promtool::agrees(&answers());
    let tests = answers().rule_tests("rules.yml").unwrap();
    for case in ["Soon burns its budget", "Sold keeps its budget"] {
        assert!(tests.contains(&format!("name: {case}\n")), "{case}");
    }
}
