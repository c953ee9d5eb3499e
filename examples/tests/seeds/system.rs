//! What each program does and writes.

use std::{fs, path::PathBuf, process::Command, sync::OnceLock};

use glyph_tests::{children::Process, environment, written::parsed};
use serde_json::Value;
use tempfile::TempDir;

use crate::rows::Document;

/// A program, its generated files, and one run of it.
pub(crate) struct System {
    /// The schema of its metrics.
    pub(crate) schema: Value,
    /// Its rules: those that record, and alerts.
    pub(crate) rules: Vec<Value>,
    pub(crate) dashboards: Vec<Value>,
    /// The metrics at the end of a run, as OpenMetrics. The voice pipeline prints a report instead.
    pub(crate) output: String,
    pub(crate) log: Vec<Value>,
    pub(crate) spans: Vec<Value>,
    pub(crate) help: String,
}

/// Returns the program of a document, which is run once.
pub(crate) fn of(document: &Document) -> &'static System {
    static SYSTEMS: [OnceLock<System>; 5] = [const { OnceLock::new() }; 5];
    let index: usize = document.number.parse().unwrap();
    SYSTEMS[index].get_or_init(|| System::run(document.program))
}

fn executable(program: &str) -> &'static str {
    match program {
        "glyphoxa" => env!("CARGO_BIN_EXE_glyphoxa"),
        "voxray" => env!("CARGO_BIN_EXE_voxray"),
        "ibex" => env!("CARGO_BIN_EXE_ibex"),
        "xgen" => env!("CARGO_BIN_EXE_xgen"),
        "gospelib" => env!("CARGO_BIN_EXE_gospelib"),
        other => panic!("{other} is not an example"),
    }
}

/// Returns the path of a file in the repository.
pub(crate) fn file(path: &str) -> PathBuf {
    PathBuf::from("..").join(path)
}

pub(crate) fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl System {
    fn run(program: &str) -> Self {
        let executable = executable(program);
        let folder = TempDir::new().unwrap();
        let folder = folder.path();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(executable);
            environment::clean(&mut command).args(arguments);
            let ended = Process::start(&mut command).end(program);
            assert!(
                ended.status.success(),
                "{program} {arguments:?}: {}",
                ended.errors
            );
            ended
        };
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        run(&["artifacts", &path("files")]);
        let file = path("spans.jsonl");
        let once = run(&["--once", "--trace-file", &file, "--trace-sample-ratio", "1"]);
        let rules = folder.join("files/prometheus/rules.yml");
        let rules: Value = yaml_serde::from_str(&fs::read_to_string(rules).unwrap()).unwrap();
        let groups = rules["groups"].as_array().unwrap().iter();
        let rules = groups.flat_map(|group| group["rules"].as_array().unwrap().clone());
        let schema = fs::read_to_string(folder.join("files/metrics.json")).unwrap();
        let dashboards = fs::read_dir(folder.join("files/grafana/dashboards")).unwrap();
        let dashboards = dashboards.map(|file| {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            serde_json::from_str(&text).unwrap()
        });
        Self {
            schema: serde_json::from_str(&schema).unwrap(),
            rules: rules.collect(),
            dashboards: dashboards.collect(),
            output: once.output,
            log: parsed(&once.errors),
            spans: parsed(&fs::read_to_string(&file).unwrap()),
            help: run(&["--help"]).output,
        }
    }

    /// Returns a metric of the schema by the name of its family or of its samples.
    pub(crate) fn metric(&self, name: &str) -> Option<&Value> {
        let metrics = self.schema["metrics"].as_array().unwrap().iter();
        let name = name.strip_suffix("_total").unwrap_or(name);
        metrics
            .into_iter()
            .find(|metric| metric["name"] == name || metric["otel_name"] == name)
    }

    /// Returns the names of the labels of a metric, without those of a scope.
    pub(crate) fn labels(metric: &Value) -> Vec<&str> {
        let labels = metric["labels"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let own = labels.iter().filter(|label| label["scope"] != true);
        own.filter_map(|label| label["name"].as_str()).collect()
    }

    /// Returns the panels of all dashboards, also of rows that are collapsed.
    pub(crate) fn panels(&self) -> Vec<&Value> {
        let mut panels = Vec::new();
        for dashboard in &self.dashboards {
            for panel in dashboard["panels"].as_array().unwrap() {
                panels.push(panel);
                panels.extend(panel["panels"].as_array().into_iter().flatten());
            }
        }
        panels
    }
}
