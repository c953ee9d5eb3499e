//! The documents' expressions of alerts and those of the programs, evaluated over the same series.
//!
//! The series are of one job: those of the generated rule tests, in which the alert fires or stays quiet,
//! and those of a program that is scraped while its providers fail.

use std::{collections::BTreeMap, fs, process::Command, thread, time::Duration};

use glyph_tests::wait;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    rows::{Applies, DOCUMENTS, Document, Row},
    served::{Server, command},
    system::yaml,
};

/// The number of scrapes, and the time between two of them.
const SCRAPES: usize = 15;
const INTERVAL: Duration = Duration::from_secs(1);

/// Series as promtool reads them: the interval of the samples, and the number of intervals.
struct Series {
    interval: String,
    input: Vec<Value>,
    steps: u64,
}

/// An alert of a document, with the expression of the program for it.
struct Pair<'a> {
    row: Row,
    alert: &'a str,
    ours: &'a str,
}

impl Pair<'_> {
    fn asked(&self) -> &str {
        self.row.text("expr").unwrap().trim()
    }

    /// Returns the expression that has a result if the two do not select equally many series.
    fn differ(&self) -> String {
        let count = |expr: &str| format!("(count({expr}) or vector(0))");
        format!("{} != {}", count(self.asked()), count(self.ours))
    }
}

/// Returns the alerts of a document with an expression in PromQL that the program can have too.
fn pairs<'a>(document: &Document, rules: &'a Value) -> Vec<Pair<'a>> {
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules: Vec<_> = groups
        .flat_map(|group| group["rules"].as_array().unwrap())
        .collect();
    let rows = document.rows().into_iter();
    let alerts = rows.filter(|row| {
        let is_promql = row.has("expr") && !row.has("language");
        row.kind() == "alert" && is_promql && row.applies() == Applies::Yes
    });
    let pairs = alerts.map(|row| {
        let name = row.text("name").unwrap();
        let rule = rules.iter().find(|rule| rule["alert"] == name);
        let rule = rule.unwrap_or_else(|| panic!("{}: there is no alert {name}", row.id()));
        let (alert, ours) = (&rule["alert"], &rule["expr"]);
        Pair {
            alert: alert.as_str().unwrap(),
            ours: ours.as_str().unwrap().trim(),
            row,
        }
    });
    pairs.collect()
}

/// Returns the series of the generated rule tests of an alert, with whether it fires at their end.
fn generated(tests: &Value, alert: &str) -> Vec<(Series, bool)> {
    let cases = [(true, "fires"), (false, "stays quiet")];
    let cases = cases.map(|(fires, how)| {
        let name = format!("{alert} {how}");
        let all = tests["tests"].as_array().unwrap();
        let case = all.iter().find(|case| case["name"] == name);
        let case = case.unwrap_or_else(|| panic!("no rule test is named `{name}`"));
        let ends = ["promql_expr_test", "alert_rule_test"].map(|kind| &case[kind][0]["eval_time"]);
        let end = ends.into_iter().find_map(Value::as_str).unwrap();
        let steps = end.strip_suffix('m').and_then(|end| end.parse().ok());
        let series = Series {
            interval: case["interval"].as_str().unwrap().to_owned(),
            input: case["input_series"].as_array().unwrap().clone(),
            steps: steps.unwrap_or_else(|| panic!("{name}: `{end}` is not in minutes")),
        };
        (series, fires)
    });
    cases.into()
}

/// Scrapes a program whose providers fail.
fn recorded() -> Series {
    let mut command = command("glyphoxa");
    command.args(["--fail-rate", "1"]);
    let server = Server::start(command);
    let probe = || server.ask(("GET", "/readyz", &[]));
    wait::until("the providers are unreachable", || probe().status != 200);
    let mut series: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for scrape in 0..SCRAPES {
        let page = server.ask(("GET", "/metrics", &[])).body;
        for (name, value) in page.lines().filter_map(sample) {
            let values = series.entry(name.to_owned()).or_default();
            values.resize(scrape, "_".to_owned());
            values.push(value.to_owned());
        }
        thread::sleep(INTERVAL);
    }
    server.stop("glyphoxa");
    let input = series
        .into_iter()
        .map(|(name, values)| json!({ "series": of_one_job(&name), "values": values.join(" ") }));
    Series {
        interval: format!("{}s", INTERVAL.as_secs()),
        input: input.collect(),
        steps: SCRAPES as u64,
    }
}

/// Returns the name and the value of a sample, from a line without its exemplar.
fn sample(line: &str) -> Option<(&str, &str)> {
    if line.starts_with('#') {
        return None;
    }
    line.split(" # ").next()?.rsplit_once(' ')
}

/// Returns a series with the labels of a scrape.
fn of_one_job(name: &str) -> String {
    let target = r#"job="glyphoxa", env="local", instance="a:1""#;
    match name.strip_suffix('}') {
        Some(start) => format!("{start},{target}}}"),
        None => format!("{name}{{{target}}}"),
    }
}

/// Returns a case of promtool: the expressions select equally many series at each step, and some or none at
/// the end.
fn case(name: &str, series: &Series, pairs: &[&Pair<'_>], fires: Option<bool>) -> Value {
    let unit = series
        .interval
        .trim_start_matches(|letter: char| letter.is_ascii_digit());
    let at = |step: u64| format!("{step}{unit}");
    let mut checks = Vec::new();
    for pair in pairs {
        for step in 0..=series.steps {
            checks.push(json!({ "expr": pair.differ(), "eval_time": at(step), "exp_samples": [] }));
        }
        if let Some(fires) = fires {
            let samples = if fires {
                json!([{ "labels": "{}", "value": 1 }])
            } else {
                json!([])
            };
            let selects = format!("vector(1) and on () ({})", pair.asked());
            let end = at(series.steps);
            checks.push(json!({ "expr": selects, "eval_time": end, "exp_samples": samples }));
        }
    }
    json!({
        "name": name,
        "interval": series.interval,
        "input_series": series.input,
        "promql_expr_test": checks,
    })
}

/// Returns the output of promtool if a case fails.
fn failed(cases: &[Value]) -> Option<String> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("tests.yml");
    let tests = json!({ "evaluation_interval": "1s", "tests": cases });
    fs::write(&file, yaml_serde::to_string(&tests).unwrap()).unwrap();
    let mut command = Command::new("promtool");
    let output = command.args(["test", "rules"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (!output.status.success()).then_some(said)
}

/// Returns the cases of a program's alerts.
fn cases(pairs: &[Pair<'_>], tests: &Value, recorded: Option<&Series>) -> Vec<Value> {
    let mut cases = Vec::new();
    for pair in pairs {
        for (series, fires) in generated(tests, pair.alert) {
            let name = format!("{} fires: {fires}", pair.row.id());
            cases.push(case(&name, &series, &[pair], Some(fires)));
        }
    }
    let all: Vec<_> = pairs.iter().collect();
    cases.extend(recorded.map(|series| case("recorded", series, &all, None)));
    cases
}

/// The files of the voice pipeline, whose document alone has expressions of alerts in PromQL.
const RULES: &str = "deploy/prometheus/rules.yml";
const TESTS: &str = "deploy/prometheus/rules.test.yml";

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_fire_at_the_samples_at_which_those_of_the_documents_do() {
    let (rules, tests) = (yaml(RULES), yaml(TESTS));
    let recorded = recorded();
    let documents = DOCUMENTS.iter();
    let pairs: Vec<_> = documents
        .flat_map(|document| pairs(document, &rules))
        .collect();
    assert!(pairs.len() >= 8, "{} alerts", pairs.len());
    let wrong = failed(&cases(&pairs, &tests, Some(&recorded)));
    assert_eq!(wrong, None);
    // Another expression is seen.
    for pair in &pairs {
        for other in others(pair.ours) {
            let changed = Pair {
                row: pair.row.clone(),
                ours: &other,
                ..*pair
            };
            let seen = failed(&cases(&[changed], &tests, None));
            assert!(seen.is_some(), "{} is held with `{other}`", pair.row.id());
        }
    }
}

/// Returns expressions that are not those of the document: with another threshold, and with a series more.
fn others(ours: &str) -> [String; 2] {
    let (start, threshold) = ours.rsplit_once(' ').unwrap();
    let threshold: f64 = threshold.parse().unwrap();
    let higher = format!("{start} {}", threshold + 17.0);
    [higher, format!("({ours}) or on () vector(1)")]
}
