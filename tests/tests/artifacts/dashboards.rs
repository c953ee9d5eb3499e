//! Dashboards: their panels, and that the metrics in their queries exist.

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Status, artifacts::Artifacts, metric_catalog,
};
use serde_json::Value;

use crate::{
    conditions::Conditions, glyphoxa, gospelib::ServiceMetrics, shop::ShopMetrics, xgen::BusMetrics,
};

pub(crate) fn parsed(artifacts: &Artifacts) -> Value {
    serde_json::from_str(&artifacts.dashboard().unwrap()).unwrap()
}

/// Returns all panels except row headers, those of collapsed rows too.
pub(crate) fn panels(dashboard: &Value) -> Vec<&Value> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let within = |panel: &'_ Value| panel["panels"].as_array().map_or(0, Vec::len);
    let panels = panels.flat_map(|panel| match within(panel) {
        0 => std::slice::from_ref(panel),
        _ => panel["panels"].as_array().unwrap().as_slice(),
    });
    panels.filter(|panel| panel["type"] != "row").collect()
}

pub(crate) fn panel<'dashboard>(dashboard: &'dashboard Value, title: &str) -> &'dashboard Value {
    let mut panels = panels(dashboard).into_iter();
    panels.find(|panel| panel["title"] == title).unwrap()
}

pub(crate) fn expressions(panel: &Value) -> Vec<&str> {
    let targets = panel["targets"].as_array().unwrap().iter();
    targets
        .map(|target| target["expr"].as_str().unwrap())
        .collect()
}

fn steps(panel: &Value) -> Vec<(&str, Option<f64>)> {
    let steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"].as_array();
    let steps = steps.unwrap().iter();
    steps
        .map(|step| (step["color"].as_str().unwrap(), step["value"].as_f64()))
        .collect()
}

pub(crate) fn variables(dashboard: &Value) -> Vec<&str> {
    let variables = dashboard["templating"]["list"].as_array().unwrap().iter();
    variables
        .map(|variable| variable["name"].as_str().unwrap())
        .collect()
}

#[test]
fn voice_pipeline_has_its_established_panels() {
    let dashboard = parsed(&glyphoxa::artifacts());
    let expected = [
        ("Active Sessions", "stat"),
        ("Active NPCs", "stat"),
        ("NPC Utterances (rate)", "stat"),
        ("Provider Errors (rate)", "stat"),
        ("STT Latency (p50 / p95)", "timeseries"),
        ("LLM Latency (p50 / p95)", "timeseries"),
        ("TTS Latency (p50 / p95)", "timeseries"),
        ("End-to-End S2S Latency (p50 / p95)", "timeseries"),
        ("Provider Requests by Kind", "timeseries"),
        ("Tool Calls by Tool", "timeseries"),
        ("HTTP Request Duration (p95)", "timeseries"),
    ];
    for (title, kind) in expected {
        assert_eq!(panel(&dashboard, title)["type"], kind, "{title}");
    }
    let sessions = panel(&dashboard, "Active Sessions");
    assert_eq!(
        steps(sessions),
        [("green", None), ("yellow", Some(3.0)), ("red", Some(5.0))]
    );
    let errors = panel(&dashboard, "Provider Errors (rate)");
    assert_eq!(steps(errors), [("green", None), ("red", Some(0.1))]);
    let chosen = r#"{job=~"$job", env=~"$env", instance=~"$instance", tenant_id=~"$tenant_id", campaign_id=~"$campaign_id"}[$__rate_interval]"#;
    let latency = |quantile: &str| {
        let rate = format!("rate(glyphoxa_llm_duration_seconds_bucket{chosen})");
        format!("histogram_quantile({quantile}, sum by (le) ({rate}))")
    };
    assert_eq!(
        on_one_line(panel(&dashboard, "LLM Latency (p50 / p95)")),
        [latency("0.5"), latency("0.95")].map(without_blanks)
    );
    assert_eq!(
        on_one_line(panel(&dashboard, "Tool Calls by Tool")),
        [format!(
            "sum by (tool) (rate(glyphoxa_tool_calls_total{chosen}))"
        )]
        .map(without_blanks)
    );
}

/// Returns the expressions of a panel, each on one line, because long ones are wrapped.
pub(crate) fn on_one_line(panel: &Value) -> Vec<String> {
    expressions(panel).into_iter().map(without_blanks).collect()
}

pub(crate) fn without_blanks(expr: impl AsRef<str>) -> String {
    expr.as_ref().split_whitespace().collect()
}

#[test]
fn latency_points_link_to_traces() {
    let dashboard = parsed(&Artifacts::of::<BusMetrics>());
    let panel = panel(&dashboard, "Plugin Pipeline Latency");
    let targets = panel["targets"].as_array().unwrap();
    let shown: Vec<_> = targets.iter().map(|target| &target["exemplar"]).collect();
    assert_eq!(shown, [false, true]);
    let voice = parsed(&glyphoxa::artifacts());
    let link = &self::panel(&voice, "STT Latency (p50 / p95)")["links"][0];
    let url = link["url"].as_str().unwrap();
    assert!(
        url.contains("${traces}") && url.contains("name%3D%5C%22stt%5C%22"),
        "{url}"
    );
}

#[test]
fn every_dashboard_expression_names_declared_metrics() {
    let all = [
        glyphoxa::artifacts(),
        Artifacts::of::<BusMetrics>(),
        Artifacts::of::<ServiceMetrics>(),
        Artifacts::of::<ShopMetrics>().and::<Conditions>(),
        Artifacts::of::<Rented>().target_labels(["tenant_id"]),
    ];
    for artifacts in all {
        let dashboard = artifacts.dashboard().unwrap();
        let problems = artifacts.problems_in_dashboard(&dashboard, "generated");
        assert_eq!(problems.unwrap(), []);
    }
}

#[test]
fn grafana_alert_fires_while_its_query_has_a_value() {
    let alerting = glyphoxa::artifacts().grafana_alerting().unwrap();
    let expected = [
        "uid: glyphoxa-NoActiveSessions\n",
        "expr: sum by (job, env) (glyphoxa_active_sessions) == 0\n",
        "expression: is_number($A)\n",
        "summary: Provider {{ $labels.provider }} ({{ $labels.kind }}) is failing\n",
        "for: 2m\n",
    ];
    for part in expected {
        assert!(alerting.contains(part), "{part}\n{alerting}");
    }
    let mut uids: Vec<_> = alerting
        .lines()
        .filter_map(|line| line.trim().strip_prefix("uid: "))
        .collect();
    let alerts = uids.len();
    assert!(uids.iter().all(|uid| uid.len() <= 40), "{uids:?}");
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), alerts);
}

#[test]
fn objective_is_drawn_as_a_threshold() {
    let dashboard = parsed(&glyphoxa::artifacts());
    let latency = panel(&dashboard, "LLM Latency (p50 / p95)");
    assert_eq!(steps(latency), [("green", None), ("red", Some(1.0))]);
    let burn = panel(&dashboard, "LLM duration within 1 s: burn rate");
    assert_eq!(steps(burn), [("green", None), ("red", Some(1.0))]);
    let left = panel(&dashboard, "LLM duration within 1 s: budget left");
    let colors = [("red", None), ("orange", Some(0.0)), ("green", Some(0.25))];
    assert_eq!(steps(left), colors);
}

#[test]
fn panels_do_not_overlap_or_leave_the_grid() {
    let dashboard = parsed(&glyphoxa::artifacts());
    let mut taken = std::collections::BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let [x, y, w, h] =
            ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + w <= 24 && w > 0 && h > 0, "{panel:#}");
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "{panel:#}");
        }
    }
    let ids: std::collections::BTreeSet<_> = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|panel| panel["id"].as_u64())
        .collect();
    assert_eq!(ids.len(), dashboard["panels"].as_array().unwrap().len());
}

#[test]
fn scope_label_is_a_dashboard_variable() {
    let without = parsed(&Artifacts::of::<Rented>());
    assert_eq!(
        variables(&without),
        [
            "datasource",
            "traces",
            "logs",
            "job",
            "env",
            "instance",
            "tenant_id"
        ]
    );
    let rooms = panel(&without, "Rooms");
    let targets = r#"job=~"$job", env=~"$env", instance=~"$instance""#;
    assert_eq!(
        expressions(rooms),
        [format!("sum(rented_rooms{{{targets}}})")]
    );
    let calls = panel(&without, "Calls");
    assert_eq!(
        on_one_line(calls),
        [without_blanks(format!(
            "sum(rate(rented_calls_total{{{targets}, tenant_id=~\"$tenant_id\"}}[$__rate_interval]))"
        ))]
    );
    let all = parsed(&Artifacts::of::<Rented>().target_labels(["tenant_id"]));
    let rooms = panel(&all, "Rooms");
    assert_eq!(
        expressions(rooms),
        [r#"sum(rented_rooms{job=~"$job", tenant_id=~"$tenant_id", instance=~"$instance"})"#]
    );
    let voice = parsed(&glyphoxa::artifacts());
    assert_eq!(
        variables(&voice),
        [
            "datasource",
            "traces",
            "logs",
            "job",
            "env",
            "instance",
            "tenant_id",
            "campaign_id"
        ]
    );
}

#[derive(LabelSet)]
pub(crate) struct Tenant<'a> {
    #[label(max = 50)]
    pub(crate) tenant_id: &'a str,
}

#[metric_catalog(namespace = "rented")]
pub(crate) struct Rented {
    /// Calls.
    pub(crate) calls: Counter<Tenant<'_>>,

    /// Rooms.
    pub(crate) rooms: Gauge,

    /// Waiting.
    #[metric(unit = seconds)]
    #[panel(form = heatmap, row = "Waiting")]
    pub(crate) waiting: Histogram,
}

mod before {
    use super::*;

    #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Kind {
        Stt,
        Tts,
    }

    #[derive(LabelSet)]
    pub(crate) struct Call {
        pub(crate) kind: Kind,
        pub(crate) status: Status,
    }

    #[metric_catalog(namespace = "voice")]
    pub(crate) struct Metrics {
        /// Calls.
        #[alert(ProviderDown, rate > 1/s, by(kind), summary = "{kind} is down")]
        #[panel(title = "Calls by Kind", by(kind))]
        pub(crate) calls: Counter<Call>,
    }
}

/// The same program after `kind` and one of its values were renamed.
mod after {
    use super::*;

    #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Sort {
        Speech,
        Tts,
    }

    #[derive(LabelSet)]
    pub(crate) struct Call {
        pub(crate) sort: Sort,
        pub(crate) status: Status,
    }

    #[metric_catalog(namespace = "voice")]
    pub(crate) struct Metrics {
        /// Calls.
        pub(crate) calls: Counter<Call>,
    }
}

#[test]
fn renamed_label_is_reported_with_its_alerts_and_panels() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = glyph_runtime::artifacts::ArtifactArgs::new(folder.path());
    arguments.run(&Artifacts::of::<before::Metrics>()).unwrap();
    arguments.check = true;
    let told = arguments.run(&Artifacts::of::<before::Metrics>()).unwrap();
    assert_eq!(told, [format!("{} is up to date", folder.path().display())]);

    let refused = arguments.run(&Artifacts::of::<after::Metrics>());
    let refused = refused.unwrap_err().to_string();
    let said = |what: &str| {
        let says = |line: &&str| line.contains(what) && line.contains("has a label `kind`");
        refused.lines().any(|line| says(&line))
    };
    assert!(said("alert `ProviderDown`"), "{refused}");
    let panel = "panel `Calls by Kind`: no series in the expression has a label `kind`";
    assert!(refused.contains(panel), "{refused}");
    let dashboard = folder.path().join("grafana/dashboards/voice.json");
    let stale = format!("{} is out of date", dashboard.display());
    assert!(refused.contains(&stale), "{refused}");
}

#[test]
fn handwritten_dashboards_are_checked_against_catalogs() {
    let json = r#"{ "panels": [
        { "title": "Above", "type": "row", "panels": [{
            "title": "Typo",
            "datasource": { "type": "prometheus", "uid": "x" },
            "targets": [{ "expr": "rate(voice_call_total{kind=\"$kind\"}[${__range}])" }]
        }] },
        {
            "title": "Other programs",
            "datasource": { "type": "prometheus" },
            "targets": [{ "expr": "pg_up{kind=\"x\"} == 1 and on(job) up" }]
        },
        { "title": "Logs", "datasource": { "type": "loki" }, "targets": [{ "expr": "{service=\"voice\"} |= \"x\"" }] },
        {
            "title": "Value",
            "datasource": { "type": "prometheus" },
            "targets": [{ "expr": "rate(voice_calls_total{kind=\"sst\"}[$__rate_interval])" }]
        }
    ] }"#;
    let artifacts = Artifacts::of::<before::Metrics>();
    let problems = artifacts.problems_in_dashboard(json, "hand.json").unwrap();
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let [typo, value] = told.as_slice() else {
        panic!("{told:#?}");
    };
    assert!(
        typo.starts_with("hand.json:3: panel `Typo`: no catalog declares `voice_call_total`; did you mean `voice_calls_total`?"),
        "{typo}"
    );
    assert!(
        value.starts_with("hand.json:14: panel `Value`: label `kind` of `voice_calls_total` has no value `sst`; did you mean `stt`?"),
        "{value}"
    );
}

#[test]
fn target_labels_are_variables_that_narrow_each_other() {
    let dashboard = parsed(&Artifacts::of::<Rented>().target_labels(["cluster"]));
    let list = dashboard["templating"]["list"].as_array().unwrap();
    let variable = |name: &str| list.iter().find(|of| of["name"] == name).unwrap();
    let any = r#"__name__=~"rented_rooms(_total|_count)?""#;
    for (name, values) in [
        ("job", format!("label_values({{{any}}}, job)")),
        (
            "cluster",
            format!(r#"label_values({{{any}, job=~"$job"}}, cluster)"#),
        ),
        (
            "instance",
            format!(r#"label_values({{{any}, job=~"$job", cluster=~"$cluster"}}, instance)"#),
        ),
    ] {
        let found = variable(name);
        assert_eq!(found["query"]["query"], values, "{name}");
        assert_eq!([&found["multi"], &found["includeAll"]], [true, true]);
    }
    // "All" jobs are those of the program, as other programs have the metrics of its crates too.
    assert_eq!(variable("job").get("allValue"), None);
    assert_eq!(variable("cluster")["allValue"], ".*");
}
