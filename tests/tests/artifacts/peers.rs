//! Objectives of glyph beside those of other generators, series by series and alert by alert.

#[expect(dead_code, reason = "only its declaration matters here")]
mod mixins;

use std::{collections::BTreeMap, env, fmt::Write as _, fs};

use glyph_runtime::{Counter, LabelSet, Status, artifacts::Artifacts, metric_catalog};
use serde::Deserialize;
use serde_json::Value;

const TABLE: &str = "../docs/reference/objectives.md";
const SOURCES: &str = include_str!("peers/objectives.yml");

/// What a series or an alert is for, in the order of the table.
const SERIES: [&str; 13] = [
    "rate of calls",
    "rate of bad calls",
    "share of bad calls",
    "share of bad calls in the period",
    "calls in the period",
    "share of good calls in the period",
    "error budget",
    "burn rate",
    "burn rate in the period",
    "budget left",
    "target",
    "period",
    "labels of the objective",
];
const ALERTS: [&str; 5] = [
    "burns fast",
    "burns slowly",
    "budget is spent",
    "calls are missing",
    "a target is down",
];
const PROPERTIES: [(&str, &str); 4] = [
    ("period", "how the period is computed"),
    ("targets", "labels that are kept apart"),
    ("windows", "windows of the alerts"),
    ("calls", "what can be an objective"),
];

#[derive(Deserialize)]
struct Peer {
    name: String,
    #[serde(default)]
    repository: String,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    license: String,
    objective: String,
    series: Vec<Series>,
    alerts: Vec<Alert>,
    properties: BTreeMap<String, String>,
    lacks: Vec<String>,
}

#[derive(Deserialize)]
struct Series {
    role: String,
    name: String,
    #[serde(default)]
    windows: Vec<String>,
    #[serde(default)]
    reads: String,
    #[serde(default)]
    file: String,
}

#[derive(Deserialize)]
struct Alert {
    role: String,
    name: String,
    #[serde(default)]
    fires: Vec<String>,
    #[serde(default)]
    file: String,
}

#[derive(LabelSet)]
pub(crate) struct Answered {
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "api")]
pub(crate) struct ApiMetrics {
    /// Requests.
    #[objective(availability = 99.9%)]
    pub(crate) requests: Counter<Answered>,
}

/// Returns what glyph generates for an objective, read from its rules.
fn own() -> Peer {
    let rules = Artifacts::of::<ApiMetrics>().rules().unwrap();
    let rules: Value = yaml_serde::from_str(&rules).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let mut series: Vec<Series> = Vec::new();
    let mut alerts = Vec::new();
    for rule in rules {
        let expr = rule["expr"].as_str().unwrap();
        if let Some(record) = rule["record"].as_str() {
            add_series(&mut series, record, expr);
        } else {
            alerts.push(own_alert(rule["alert"].as_str().unwrap(), expr));
        }
    }
    Peer {
        name: "glyph".to_owned(),
        repository: String::new(),
        commit: String::new(),
        license: String::new(),
        objective: "`#[objective(availability = 99.9%)]` on a counter of requests".to_owned(),
        series,
        alerts,
        properties: [
            ("period", "the rates of bad calls and of all calls, summed over the period, divided last"),
            ("targets", "`job`, `env`, the target labels of the catalog, and `by(..)`, also in the alert of missing calls"),
            ("windows", "of each objective, given by burn rates"),
            ("calls", "counters and histograms of the catalog, checked by the compiler"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into(),
        lacks: [
            "objectives of other programs, and an indicator by a free query",
            "objectives on native histograms, and on gauges of success",
            "the target and the period as series",
            "an alert that the budget is spent; `budget_remaining` below 0 says so",
            "severities of its own; the alerts are critical or a warning",
            "a `for` of each window; one `for` is for all alerts of an objective",
            "an interface of its own; the dashboard shows objectives",
        ]
        .map(str::to_owned)
        .into(),
    }
}

/// Adds a recorded series, or a window of one.
fn add_series(series: &mut Vec<Series>, record: &str, expr: &str) {
    let (name, window) = match record.split_once(":ratio_rate") {
        Some((name, window)) => (format!("{name}:ratio_rate"), window),
        None => (record.to_owned(), ""),
    };
    let is_period = window == "30d";
    let role = match name.as_str() {
        "objective:requests:rate5m" => "rate of calls",
        "objective:failures:rate5m" => "rate of bad calls",
        "objective:error_budget:ratio" => "error budget",
        "objective:failures_per_request:ratio_rate" if is_period => {
            "share of bad calls in the period"
        }
        "objective:failures_per_request:ratio_rate" => "share of bad calls",
        "objective:burn_rate:ratio_rate" if is_period => "burn rate in the period",
        "objective:burn_rate:ratio_rate" => "burn rate",
        "objective:budget_remaining:ratio_rate" => "budget left",
        other => panic!("{other} has no row"),
    };
    let is_raw = expr.contains("api_requests_total");
    let window = if is_raw { "5m" } else { window };
    let window = Some(window.to_owned()).filter(|window| !window.is_empty());
    match series.iter_mut().find(|known| known.role == role) {
        Some(known) => known.windows.extend(window),
        None => series.push(Series {
            role: role.to_owned(),
            name,
            windows: window.into_iter().collect(),
            reads: if is_raw { "program" } else { "recorded" }.to_owned(),
            file: String::new(),
        }),
    }
}

fn own_alert(name: &str, expr: &str) -> Alert {
    let role = if name.ends_with("BurnsFast") {
        "burns fast"
    } else if name.ends_with("BurnsSlowly") {
        "burns slowly"
    } else if name.ends_with("TargetDown") {
        "a target is down"
    } else {
        assert!(name.ends_with("Absent"), "{name} has no row");
        "calls are missing"
    };
    let rates: Vec<(&str, &str)> = expr
        .split("objective:burn_rate:ratio_rate")
        .skip(1)
        .map(|rate| {
            let (window, rest) = rate.split_once('{').unwrap();
            let (_, factor) = rest.split_once("> ").unwrap();
            (window, factor.split_whitespace().next().unwrap())
        })
        .collect();
    let fires = rates.chunks(2).map(|pair| match pair {
        [(short, factor), (long, _)] => format!("{short}/{long} > {factor}"),
        other => panic!("{other:?} is not a pair of windows"),
    });
    Alert {
        role: role.to_owned(),
        name: name.to_owned(),
        fires: fires.collect(),
        file: String::new(),
    }
}

impl Peer {
    fn series(&self, role: &str) -> String {
        let own = self.series.iter().filter(|series| series.role == role);
        let own = own.map(|series| {
            let windows = series.windows.join(", ");
            let name = &series.name;
            match series.windows.as_slice() {
                [window] if !name.ends_with(window) => format!("`{name}{window}`"),
                [] | [_] => format!("`{name}`"),
                _ => format!("`{name}..`: {windows}"),
            }
        });
        cell(&own.collect::<Vec<_>>())
    }

    fn alerts(&self, role: &str) -> String {
        let own = self.alerts.iter().filter(|alert| alert.role == role);
        let own = own.map(|alert| match alert.fires.as_slice() {
            [] => alert.name.clone(),
            fires => format!("{}: {}", alert.name, fires.join(", ")),
        });
        cell(&own.collect::<Vec<_>>())
    }

    /// Returns the longest window over series of the program.
    fn longest_raw_window(&self) -> String {
        let raw = self
            .series
            .iter()
            .filter(|series| series.reads == "program");
        let windows = raw.flat_map(|series| &series.windows);
        windows
            .max_by_key(|window| seconds(window))
            .unwrap()
            .clone()
    }
}

fn cell(parts: &[String]) -> String {
    if parts.is_empty() {
        return "-".to_owned();
    }
    parts.join("; ")
}

fn seconds(window: &str) -> u64 {
    let (amount, unit) = window.split_at(window.len() - 1);
    let unit = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        other => panic!("{other} is not a unit of a window"),
    };
    amount.parse::<u64>().unwrap() * unit
}

fn table(peers: &[Peer]) -> String {
    let mut text = "# Objectives beside other generators\n\n\
        <!-- Printed by the test `objectives_are_compared_with_other_generators`. -->\n\n\
        What is generated for one objective. The column of glyph is read from its rules, the others from\n\
        their sources at a commit.\n\n"
        .to_owned();
    for peer in peers.iter().filter(|peer| !peer.commit.is_empty()) {
        let Peer {
            name,
            repository,
            commit,
            license,
            objective,
            ..
        } = peer;
        let files = peer.series.iter().map(|series| &series.file);
        let files = files.chain(peer.alerts.iter().map(|alert| &alert.file));
        let mut files: Vec<_> = files.map(|file| format!("`{file}`")).collect();
        files.sort();
        files.dedup();
        let files = files.join(", ");
        writeln!(
            text,
            "- {name}: {objective}. github.com/{repository} at `{commit}`, {license}, {files}."
        )
        .unwrap();
    }
    let row = |text: &mut String, name: &str, of: &dyn Fn(&Peer) -> String| {
        let cells: Vec<_> = peers
            .iter()
            .map(|peer| of(peer).replace('|', "\\|"))
            .collect();
        writeln!(text, "| {name} | {} |", cells.join(" | ")).unwrap();
    };
    let head = |text: &mut String, title: &str, first: &str| {
        writeln!(text, "\n## {title}\n").unwrap();
        row(text, first, &|peer| peer.name.clone());
        writeln!(text, "|{}", "---|".repeat(peers.len() + 1)).unwrap();
    };
    head(&mut text, "Recorded series", "value");
    for role in SERIES {
        row(&mut text, role, &|peer| peer.series(role));
    }
    row(
        &mut text,
        "longest window over the program's series",
        &Peer::longest_raw_window,
    );
    head(&mut text, "Alerts", "fires if");
    for role in ALERTS {
        row(&mut text, role, &|peer| peer.alerts(role));
    }
    head(&mut text, "Properties", "property");
    for (key, name) in PROPERTIES {
        row(&mut text, name, &|peer| peer.properties[key].clone());
    }
    writeln!(text, "\n## What each lacks for objectives").unwrap();
    for peer in peers {
        writeln!(text, "\n{}:\n", peer.name).unwrap();
        for lack in &peer.lacks {
            writeln!(text, "- {lack}").unwrap();
        }
    }
    mixins::add_section(&mut text);
    text
}

/// `GLYPH_WRITE_EXPECTED=1` prints the table anew.
#[test]
fn objectives_are_compared_with_other_generators() {
    let peers: Vec<Peer> = yaml_serde::from_str(SOURCES).unwrap();
    let peers: Vec<_> = [own()].into_iter().chain(peers).collect();
    for peer in &peers {
        let series = peer.series.iter().map(|series| &series.role);
        assert!(
            series.clone().all(|role| SERIES.contains(&role.as_str())),
            "{}",
            peer.name
        );
        let mut alerts = peer.alerts.iter().map(|alert| &alert.role);
        assert!(
            alerts.all(|role| ALERTS.contains(&role.as_str())),
            "{}",
            peer.name
        );
    }
    let table = table(&peers);
    if env::var_os("GLYPH_WRITE_EXPECTED").is_some() {
        fs::write(TABLE, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(TABLE).unwrap(), table);
}
