//! Independent programs that check expositions.

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Output, Stdio},
    thread,
};

use serde::Deserialize;

use crate::process::spawn;

/// A metric family, as `prometheus_client` parsed it.
#[derive(Debug, Deserialize)]
pub(crate) struct Family {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) unit: String,
    pub(crate) samples: Vec<Sample>,
}

/// A sample, as `prometheus_client` parsed it.
#[derive(Debug, Deserialize)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: String,
    pub(crate) exemplar: Option<BTreeMap<String, String>>,
}

/// Fails unless `promtool check metrics` accepts a text exposition without a warning.
pub(crate) fn promtool_finds_nothing(page: &str) {
    let Output {
        status,
        stdout,
        stderr,
    } = piped(Command::new("promtool").args(["check", "metrics"]), page);
    let said = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert!(
        status.success() && said.is_empty(),
        "{status}\n{said}\n{page}"
    );
}

/// Returns the families of an OpenMetrics exposition by name. Fails if the parser rejects it.
pub(crate) fn openmetrics_families(page: &str) -> BTreeMap<String, Family> {
    let mut command = Command::new("python3");
    let output = piped(
        command.args(["-c", include_str!("openmetrics_families.py")]),
        page,
    );
    assert!(
        output.status.success(),
        "{}\n{page}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a program with `input` to its end.
fn piped(command: &mut Command, input: &str) -> Output {
    let mut child = spawn(
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
    );
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        // A program that rejects its input can end before it has read all of it.
        scope.spawn(move || stdin.write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    })
}
