//! Cases for promtool.

use std::{fs, process::Command, time::Duration};

use serde_json::{Value, json};

use super::timeline::{STEP, Timeline, notation};
use crate::api::Labels;

/// The time between two evaluations of a rule. With a shorter one, promtool takes longer.
pub(super) const EVALUATION: Duration = Duration::from_secs(120);

/// Returns the case of a recording with these assertions.
pub(super) fn case(name: &str, recording: &Timeline, assertions: &[Value]) -> Value {
    let series = recording.input_series().into_iter();
    let series = series.map(|(series, values)| json!({ "series": series, "values": values }));
    json!({
        "name": name,
        "interval": seconds(STEP),
        "input_series": series.collect::<Vec<_>>(),
        "promql_expr_test": assertions,
    })
}

/// Asserts for which labels an alert fires.
pub(super) fn firing(alert: &str, at: Duration, labels: &[Labels]) -> Value {
    let samples = labels.iter().map(|labels| (labels.clone(), 1.0));
    let expr = format!("ALERTS{{alertname={alert:?}, alertstate=\"firing\"}}");
    result(&expr, at, "ALERTS", samples.collect())
}

/// Asserts the result of a query, whose series have a name.
pub(super) fn result(expr: &str, at: Duration, name: &str, samples: Vec<(Labels, f64)>) -> Value {
    let samples = samples
        .into_iter()
        .map(|(labels, value)| json!({ "labels": notation(name, &labels), "value": value }));
    json!({
        "expr": expr,
        "eval_time": seconds(at),
        "exp_samples": samples.collect::<Vec<_>>(),
    })
}

fn seconds(time: Duration) -> String {
    format!("{}s", time.as_secs())
}

/// Runs promtool. Returns its output as the error if a case fails.
pub(super) fn run(rules: &str, cases: &[Value]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let tests = json!({
        "rule_files": ["rules.yml"],
        "evaluation_interval": seconds(EVALUATION),
        "tests": cases,
    });
    fs::write(folder.path().join("rules.yml"), rules).unwrap();
    fs::write(folder.path().join("tests.yml"), tests.to_string()).unwrap();
    let mut promtool = Command::new("promtool");
    let output = promtool
        .args(["test", "rules", "tests.yml"])
        .current_dir(folder.path())
        .output()
        .unwrap_or_else(|error| panic!("cannot start promtool: {error}; .ci/run installs it"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    output.status.success().then_some(()).ok_or(said)
}
