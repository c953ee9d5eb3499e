//! Alerts in general, beside those of mixins.

use std::fmt::Write as _;

use glyph_runtime::{
    Catalog, Counter, Gauge, Histogram, LabelSet, Status, artifacts::Artifacts, catalog::Condition,
    metric_catalog,
};
use serde::Deserialize;
use serde_json::Value;

const SOURCES: &str = include_str!("mixins.yml");

/// The situations in the order of the table, each with its alert of [`GeneralMetrics`].
const SITUATIONS: [(&str, &str); 14] = [
    ("no target is known", "NoTarget"),
    ("a target is down", "TargetDown"),
    ("most targets are down", "FewTargets"),
    ("processes start again and again", "Restarts"),
    ("a share of calls fails", "CallsFail"),
    ("something fails at all", "AnyFailure"),
    ("nothing is done", "NoCalls"),
    ("a quantile is slow", "SlowCalls"),
    ("a certificate expires", "CertificateExpires"),
    ("a limit is nearly reached", "AlmostFull"),
    ("a limit will be reached", "FillingUp"),
    ("fewer are there than wanted", "FewWorkers"),
    ("a run takes too long", "LongRun"),
    ("a gauge was bad for a while", "BadConfiguration"),
];

/// Situations of mixins that no alert of [`GeneralMetrics`] is for.
const WITHOUT_AN_ALERT: [&str; 1] = ["versions differ"];

/// What the forms of glyph lack.
const LACKS: &str = "a form for `up` and the share of targets, starts of processes, predictions, times since an event, differing \
    values of a label and two conditions at once: these need `expr`; a window for gauges, over which a \
    failed scrape does not count";

#[derive(LabelSet)]
pub(crate) struct Answered {
    pub(crate) status: Status,
}

/// The alerts of the table.
#[metric_catalog(namespace = "general")]
pub(crate) struct GeneralMetrics {
    /// Calls.
    #[alert(CallsFail, share(status = error) > 1%, by(instance), for = 15m)]
    #[alert(AnyFailure, increase(5m){status = error} > 0, for = 15m)]
    #[alert(NoCalls, rate <= 0/s, by(instance), for = 10m)]
    pub(crate) calls: Counter<Answered>,

    /// Time until an answer.
    #[metric(unit = seconds, buckets = [1s, 10s, 60s, 300s])]
    #[alert(SlowCalls, p99 > 60s, by(instance), for = 15m)]
    pub(crate) latency: Histogram,

    /// Whether the process is up: 1 or 0.
    #[metric(liveness)]
    #[alert(NoTarget, expr = "absent(up{job=\"general\"})", for = 15m)]
    #[alert(TargetDown, expr = "up == 0", for = 15m)]
    #[alert(FewTargets, < 2, aggregate = sum, for = 5m)]
    #[alert(Restarts, expr = "changes(process_start_time_seconds[30m]) > 4", for = 5m,
        fires("process_start_time_seconds 0+60"), silent("process_start_time_seconds 60"))]
    pub(crate) up: Gauge,

    /// Time until the certificate expires.
    #[metric(unit = seconds, aggregate = min)]
    #[alert(CertificateExpires, < 7d, by(instance))]
    pub(crate) certificate_lifetime: Gauge,

    /// Used memory.
    #[metric(unit = bytes)]
    #[alert(AlmostFull, ratio(self / memory_limit) > 90%, by(instance), for = 15m)]
    #[alert(FillingUp, expr = "predict_linear(general_memory_bytes[6h], 4 * 24 * 3600) > 1e12", for = 1h,
        fires("general_memory_bytes 0+1e12"), silent("general_memory_bytes 1"))]
    pub(crate) memory: Gauge,

    /// Memory that may be used.
    #[metric(unit = bytes)]
    pub(crate) memory_limit: Gauge,

    /// Workers.
    #[alert(FewWorkers, ratio(self / workers_wanted) < 100%, for = 15m)]
    pub(crate) workers: Gauge,

    /// Workers that are wanted.
    pub(crate) workers_wanted: Gauge,

    /// Start of the last run since the Unix epoch.
    #[metric(unit = seconds, sparse)]
    #[alert(
        LongRun,
        expr = "time() - general_run_start_timestamp_seconds > 12 * 3600",
        fires("general_run_start_timestamp_seconds 0x800"),
        silent("general_run_start_timestamp_seconds 0+60")
    )]
    pub(crate) run_start_timestamp: Gauge,

    /// Whether the configuration is loaded: 1 or 0.
    #[alert(BadConfiguration, == 0, for = 10m)]
    pub(crate) configuration: Gauge,
}

#[derive(Deserialize)]
struct Mixin {
    name: String,
    repository: String,
    commit: String,
    license: String,
    alerts: Vec<Alert>,
    lacks: String,
}

#[derive(Deserialize)]
struct Alert {
    situation: String,
    name: String,
    condition: String,
    #[serde(default, rename = "for")]
    pending: Option<String>,
    #[serde(default)]
    file: String,
    /// Whether the alert of glyph has a form other than `expr`.
    #[serde(skip)]
    has_form: bool,
}

/// Returns glyph's column, read from its rules.
fn own() -> Mixin {
    let rules = Artifacts::of::<GeneralMetrics>().rules().unwrap();
    let rules: Value = yaml_serde::from_str(&rules).unwrap();
    let rules = rules["groups"][0]["rules"].as_array().unwrap();
    let alerts = SITUATIONS.iter().map(|(situation, name)| {
        let rule = rules.iter().find(|rule| rule["alert"] == *name).unwrap();
        let words = rule["expr"].as_str().unwrap().split_whitespace();
        Alert {
            situation: (*situation).to_owned(),
            name: (*name).to_owned(),
            condition: words.collect::<Vec<_>>().join(" "),
            pending: rule["for"].as_str().map(str::to_owned),
            file: String::new(),
            has_form: has_form(name),
        }
    });
    Mixin {
        name: "glyph".to_owned(),
        repository: String::new(),
        commit: String::new(),
        license: String::new(),
        alerts: alerts.collect(),
        lacks: LACKS.to_owned(),
    }
}

/// Whether an alert is declared by a form other than `expr`.
fn has_form(name: &str) -> bool {
    let metrics = GeneralMetrics::DESCRIPTOR.metrics.iter();
    let mut alerts = metrics.flat_map(|metric| metric.alerts);
    let alert = alerts.find(|alert| alert.name == name).unwrap();
    !matches!(alert.condition, Condition::Expression { .. })
}

impl Mixin {
    fn cell(&self, situation: &str) -> String {
        let alerts = self.alerts.iter();
        let own = alerts.filter(|alert| alert.situation == situation);
        let own = own.map(|alert| {
            let pending = alert.pending.as_ref();
            let pending = pending.map(|time| format!(", for {time}"));
            let form = if self.commit.is_empty() && !alert.has_form {
                ", by `expr`"
            } else {
                ""
            };
            let Alert {
                name, condition, ..
            } = alert;
            format!("{name}: `{condition}`{}{form}", pending.unwrap_or_default())
        });
        super::cell(&own.collect::<Vec<_>>())
    }

    fn source(&self) -> String {
        let mut files: Vec<_> = self.alerts.iter().map(|alert| &alert.file).collect();
        files.sort();
        files.dedup();
        let files = files.into_iter().map(|file| format!("`{file}`"));
        let files: Vec<String> = files.collect();
        let Self {
            name,
            repository,
            commit,
            license,
            ..
        } = self;
        format!(
            "- {name}: github.com/{repository} at `{commit}`, {license}, {}.",
            files.join(", ")
        )
    }
}

/// Adds the section on other alerts.
pub(super) fn add_section(text: &mut String) {
    let mixins: Vec<Mixin> = yaml_serde::from_str(SOURCES).unwrap();
    let situations = SITUATIONS.map(|(situation, _)| situation);
    let situations = situations.into_iter().chain(WITHOUT_AN_ALERT);
    let situations: Vec<&str> = situations.collect();
    for alert in mixins.iter().flat_map(|mixin| &mixin.alerts) {
        let is_known = situations.contains(&alert.situation.as_str());
        assert!(is_known, "{} has no row", alert.name);
    }
    text.push_str(
        "\n## Other alerts\n\n\
        Alerts of mixins on a service in general, reduced to what they compare, beside the alert that glyph\n\
        generates. Those with `expr` have no form of their own.\n\n",
    );
    for mixin in &mixins {
        writeln!(text, "{}", mixin.source()).unwrap();
    }
    text.push('\n');
    let columns: Vec<Mixin> = [own()].into_iter().chain(mixins).collect();
    let mut row = |first: &str, of: &dyn Fn(&Mixin) -> String| {
        let cells = columns.iter().map(|mixin| of(mixin).replace('|', "\\|"));
        let cells: Vec<String> = cells.collect();
        writeln!(text, "| {first} | {} |", cells.join(" | ")).unwrap();
    };
    row("fires if", &|mixin| mixin.name.clone());
    row("---", &|_| "---".to_owned());
    for situation in situations {
        row(situation, &|mixin| mixin.cell(situation));
    }
    row("lacks", &|mixin| mixin.lacks.clone());
}
