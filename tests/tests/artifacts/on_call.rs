//! What the people on call read, and who of them gets an alert.

use std::{fs, path::Path, process::Command};

use glyph_runtime::{Counter, Gauge, Histogram, Label, artifacts::Artifacts, metric_catalog};
use serde_json::Value;

use crate::promtool;

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Deepgram,
    Elevenlabs,
}

#[metric_catalog(namespace = "desk", rule_interval = 30s)]
pub(crate) struct DeskMetrics {
    /// Time until an answer.
    #[metric(unit = seconds, buckets = [100ms, 500ms, 1s, 5s])]
    #[alert(SlowAnswers, p95 > 1s, for = 5m, keep_firing_for = 10m, severity = critical, by(provider),
        summary = "{provider} is slow",
        runbook = "https://runbooks.example.com/slow/{provider}",
        dashboard = "https://grafana.example.com/d/desk",
        annotations(impact = "Callers of {provider} wait"),
        labels(team = "voice"))]
    #[objective(latency = 500ms, target = 95%, by(provider), for = 2m, keep_firing_for = 15m,
        runbook = "https://runbooks.example.com/budget", annotations(impact = "{provider} in {env}"),
        labels(team = "voice"))]
    pub(crate) answer: Histogram<Provider>,

    /// Calls in the queue.
    #[alert(QueueDeep, > 100, description = "Callers wait.")]
    #[alert(QueueFull, > 200, summary = "{instance} is full", description = "Callers wait.")]
    pub(crate) queue: Gauge,

    /// Calls.
    #[alert(CallsRare, rate < 0.1/s, severity = page)]
    pub(crate) calls: Counter,
}

fn desk() -> Artifacts {
    Artifacts::of::<DeskMetrics>()
}

fn yaml(text: &str) -> Value {
    yaml_serde::from_str(text).unwrap()
}

/// Returns the rule of an alert.
fn rule(rules: &Value, alert: &str) -> Value {
    let groups = rules["groups"].as_array().unwrap().iter();
    let mut rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    rules.find(|rule| rule["alert"] == alert).unwrap().clone()
}

#[test]
fn rule_has_the_links_labels_and_times_of_its_alert() {
    let rules = yaml(&desk().rules().unwrap());
    let groups = rules["groups"].as_array().unwrap().iter();
    assert!(
        groups
            .map(|group| &group["interval"])
            .all(|interval| interval == "30s")
    );
    let slow = rule(&rules, "SlowAnswers");
    assert_eq!([&slow["for"], &slow["keep_firing_for"]], ["5m", "10m"]);
    assert_eq!(slow["labels"]["team"], "voice");
    for (name, text) in [
        ("summary", "{{ $labels.provider }} is slow"),
        (
            "runbook_url",
            "https://runbooks.example.com/slow/{{ $labels.provider }}",
        ),
        ("dashboard_url", "https://grafana.example.com/d/desk"),
        ("impact", "Callers of {{ $labels.provider }} wait"),
    ] {
        assert_eq!(slow["annotations"][name], text);
    }
    let burns = rule(&rules, "DeskAnswerLatencyBurnsFast");
    assert_eq!([&burns["for"], &burns["keep_firing_for"]], ["2m", "15m"]);
    assert_eq!(burns["labels"]["team"], "voice");
    assert_eq!(
        burns["annotations"]["runbook_url"],
        "https://runbooks.example.com/budget"
    );
    assert_eq!(
        burns["annotations"]["impact"],
        "{{ $labels.provider }} in {{ $labels.env }}"
    );
}

#[test]
fn grafana_keeps_times_and_gets_no_queries_in_texts() {
    let alerting = desk().grafana_alerting().unwrap();
    assert!(!alerting.contains("| query"), "{alerting}");
    let alerting = yaml(&alerting);
    let rules = alerting["groups"][1]["rules"].as_array().unwrap();
    let slow = rules.iter().find(|rule| rule["title"] == "SlowAnswers");
    assert_eq!(slow.unwrap()["keep_firing_for"], "10m");
    assert_eq!(alerting["groups"][1]["interval"], "30s");
    let burns = &alerting["groups"][0]["rules"][0]["annotations"]["summary"];
    let text = burns.as_str().unwrap();
    assert!(
        text.contains("{{ $values.A.Value | humanize }} times too fast"),
        "{text}"
    );
}

/// Answers of one provider take longer than a second, and those of the other do not.
const TEXTS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'desk_answer_seconds_bucket{job="a", env="x", instance="1", provider="deepgram", le="0.1"}', values: '0x30' }
      - { series: 'desk_answer_seconds_bucket{job="a", env="x", instance="1", provider="deepgram", le="0.5"}', values: '0x30' }
      - { series: 'desk_answer_seconds_bucket{job="a", env="x", instance="1", provider="deepgram", le="1.0"}', values: '0x30' }
      - { series: 'desk_answer_seconds_bucket{job="a", env="x", instance="1", provider="deepgram", le="5.0"}', values: '0+60x30' }
      - { series: 'desk_answer_seconds_bucket{job="a", env="x", instance="1", provider="deepgram", le="+Inf"}', values: '0+60x30' }
      - { series: 'desk_answer_seconds_count{job="a", env="x", instance="1", provider="deepgram"}', values: '0+60x30' }
      - { series: 'desk_answer_seconds_bucket{job="a", env="x", instance="1", provider="elevenlabs", le="0.5"}', values: '0+60x30' }
      - { series: 'desk_answer_seconds_bucket{job="a", env="x", instance="1", provider="elevenlabs", le="+Inf"}', values: '0+60x30' }
      - { series: 'desk_answer_seconds_count{job="a", env="x", instance="1", provider="elevenlabs"}', values: '0+60x30' }
      - { series: 'desk_queue{job="a", env="x", instance="1"}', values: '150x30' }
      - { series: 'desk_queue{job="a", instance="2"}', values: '250x30' }
    alert_rule_test:
      - eval_time: 20m
        alertname: SlowAnswers
        exp_alerts:
          - exp_labels: { severity: critical, team: voice, job: a, env: x, provider: deepgram }
            exp_annotations:
              summary: deepgram is slow
              description: 'p95 of desk_answer_seconds over 5m is 4.8s, above 1s, for job a env x provider deepgram.'
              runbook_url: https://runbooks.example.com/slow/deepgram
              dashboard_url: https://grafana.example.com/d/desk
              impact: Callers of deepgram wait
      - eval_time: 20m
        alertname: QueueDeep
        exp_alerts:
          - exp_labels: { severity: warning, job: a, env: x, instance: '1' }
            exp_annotations: { description: Callers wait. It is about job a env x instance 1. }
          - exp_labels: { severity: warning, job: a, instance: '2' }
            exp_annotations: { description: Callers wait. It is about job a instance 2. }
      - eval_time: 20m
        alertname: QueueFull
        exp_alerts:
          - exp_labels: { severity: warning, job: a, instance: '2' }
            exp_annotations: { summary: 2 is full, description: Callers wait. }
      - eval_time: 20m
        alertname: DeskAnswerLatencyBurnsFast
        exp_alerts:
          - exp_labels: { severity: critical, team: voice, objective: DeskAnswerLatency, indicator: desk_answer_seconds, job: a, env: x, provider: deepgram }
            exp_annotations:
              summary: 'DeskAnswerLatency spends its error budget 20 times too fast, for job a env x provider deepgram'
              description: 'The objective is 95% of calls in 30 days. A budget that burns like this lasts 5 days at most. -1900% of it is left.'
              runbook_url: https://runbooks.example.com/budget
              impact: deepgram in x
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn texts_say_what_fires_where_and_by_how_much() {
    promtool::passes(&desk().rules().unwrap(), TEXTS);
    promtool::agrees(&desk());
}

#[test]
fn alertmanager_groups_and_inhibits_by_the_labels_of_objectives() {
    let routes = yaml(&desk().alertmanager().unwrap());
    assert_eq!(
        routes["route"]["group_by"],
        serde_json::json!(["alertname", "job", "env", "provider"])
    );
    assert_eq!(
        routes["inhibit_rules"][0]["equal"],
        serde_json::json!(["objective", "indicator", "job", "env", "provider"])
    );
}

#[test]
#[ignore = "needs amtool, of Debian's package prometheus-alertmanager"]
fn alertmanager_routes_by_team_and_severity() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("routes.yml"),
        desk().alertmanager().unwrap(),
    )
    .unwrap();
    amtool(folder.path(), &["check-config", "routes.yml"]);
    for (labels, receiver) in [
        (&["severity=critical", "team=voice"][..], "voice-critical"),
        (&["severity=warning", "team=voice"][..], "voice"),
        (&["severity=page"][..], "page"),
        (&["severity=warning"][..], "default"),
    ] {
        let arguments = ["config", "routes", "test", "--config.file=routes.yml"];
        let told = amtool(folder.path(), &[&arguments, labels].concat());
        assert_eq!(told.trim(), receiver, "{labels:?}");
    }
}

/// Returns the output of amtool.
fn amtool(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("amtool")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}
