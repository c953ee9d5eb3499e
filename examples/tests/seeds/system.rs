//! What each program does and writes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
    thread,
};

use glyph_examples::executable;
use glyph_tests::{children::Process, environment, written::parsed};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    pair::Pair,
    reports,
    rows::{DOCUMENTS, Document},
    sample::Sample,
    served::{Response, Served},
};

/// A program, its generated files, and one run of it.
pub(crate) struct System {
    /// The schema of its metrics.
    pub(crate) schema: Value,
    /// Its rules: those that record, and alerts.
    pub(crate) rules: Vec<Value>,
    /// Its rules with the threshold [`TUNED`], of the bus of plugins.
    pub(crate) tuned: Vec<Value>,
    pub(crate) dashboards: Vec<Value>,
    /// The metrics at the end of a run, as OpenMetrics. Those of the voice pipeline are in the older
    /// text format, with its conversations as comments.
    pub(crate) output: String,
    /// The lines of both runs: once, and as a server. Of the library of texts, also of a run with a
    /// failure.
    pub(crate) log: Vec<Value>,
    /// The spans of both runs.
    pub(crate) spans: Vec<Value>,
    pub(crate) audit: Vec<Value>,
    pub(crate) help: String,
    pub(crate) served: Served,
    /// A run whose providers fail, of the voice pipeline alone.
    pub(crate) failing: Served,
    /// The two services of the proxy, each a process.
    pub(crate) pair: Pair,
    /// The errors that the services of the library of texts sent to Sentry.
    pub(crate) reports: Vec<Value>,
    /// The share of traces, of the programs whose documents have one.
    pub(crate) sample: Option<Sample>,
    /// The metrics of a run without an exporter of spans.
    without_exporter: String,
    pub(crate) program: &'static str,
}

/// Returns the program of a document. All programs run at the same time, and once.
pub(crate) fn of(document: &Document) -> &'static System {
    static SYSTEMS: LazyLock<[System; 5]> = LazyLock::new(|| {
        thread::scope(|scope| {
            let run = |document: &Document| {
                let program = document.program;
                scope.spawn(move || System::run(program))
            };
            let runs = DOCUMENTS.each_ref().map(run);
            runs.map(|run| run.join().unwrap())
        })
    });
    let index: usize = document.number.parse().unwrap();
    &SYSTEMS[index]
}

/// Returns the path of a file in the repository.
pub(crate) fn file(path: &str) -> PathBuf {
    PathBuf::from("../..").join(path)
}

pub(crate) fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A threshold that is not the one of the catalog.
pub(crate) const TUNED: &str = "0xgenQueueBackpressure=93%";

/// Returns the rules of generated files, each with the interval of its group.
fn rules_in(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("prometheus/rules.yml")).unwrap();
    let file: Value = yaml_serde::from_str(&text).unwrap();
    let groups = file["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| {
        let mut rules = group["rules"].as_array().unwrap().clone();
        for rule in &mut rules {
            rule["interval"] = group["interval"].clone();
        }
        rules
    });
    rules.collect()
}

impl System {
    fn run(program: &'static str) -> Self {
        let executable = executable(program);
        let folder = TempDir::new().unwrap();
        let folder = folder.path();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&executable);
            environment::clean(&mut command)
                .args(arguments)
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", "");
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
        let [audit, flows, cases] = ["audit", "flows", "cases"].map(path);
        let own: &[&str] = match program {
            "xgen" => &[
                "--audit-file",
                &audit,
                "--flows-file",
                &flows,
                "--cases-file",
                &cases,
            ],
            "glyphoxa" => &["--speech", "embedded"],
            _ => &[],
        };
        let traced = ["--once", "--trace-file", &file, "--trace-sample-ratio", "1"];
        let once = run(&[traced.as_slice(), own].concat());
        // The ordinary run has no errors.
        let faults = match program {
            "gospelib" => run(&["--once", "--fault", "graph-slow"]).errors,
            _ => String::new(),
        };
        let served = Served::run(program);
        let failing = match program {
            "glyphoxa" => Served::failing(),
            _ => Served::default(),
        };
        let without_exporter = match program {
            "ibex" => run(&["--once", "--trace-sample-ratio", "1"]).output,
            "xgen" => run(&["--once"]).output,
            _ => failing.page().to_owned(),
        };
        let rules = rules_in(&folder.join("files"));
        let tuned = match program {
            "xgen" => {
                run(&["artifacts", &path("tuned"), "--set", TUNED]);
                rules_in(&folder.join("tuned"))
            }
            _ => Vec::new(),
        };
        let limited: &[&str] = match program {
            "xgen" => &["rate-limit", "host-rate-limit"],
            _ => &[],
        };
        let limited = limited.iter().flat_map(|fault| {
            let file = path(fault);
            run(&["--once", "--trace-file", &file, "--fault", fault]);
            parsed(&fs::read_to_string(file).unwrap())
        });
        let schema = fs::read_to_string(folder.join("files/metrics.json")).unwrap();
        let dashboards = fs::read_dir(folder.join("files/grafana/dashboards")).unwrap();
        let dashboards = dashboards.map(|file| {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            serde_json::from_str(&text).unwrap()
        });
        let spans = parsed(&fs::read_to_string(&file).unwrap());
        Self {
            schema: serde_json::from_str(&schema).unwrap(),
            rules,
            tuned,
            dashboards: dashboards.collect(),
            output: once.output,
            log: [parsed(&once.errors), parsed(&faults), served.log.clone()].concat(),
            spans: [spans, served.spans(), limited.collect()].concat(),
            audit: fs::read_to_string(audit).map_or_else(|_| Vec::new(), |text| parsed(&text)),
            help: run(&["--help"]).output,
            served,
            failing,
            pair: match program {
                "ibex" => Pair::run(),
                _ => Pair::default(),
            },
            reports: match program {
                "gospelib" => reports::run(),
                _ => Vec::new(),
            },
            sample: ["glyphoxa", "ibex"]
                .contains(&program)
                .then(|| Sample::run(program)),
            without_exporter,
            program,
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

    /// Returns what becomes of spans that nobody asks for, by the metrics of a run: in the words of
    /// the documents.
    pub(crate) fn without_exporter(&self, topic: &str) -> Option<String> {
        let sum = |name: &str| -> f64 {
            let lines = self.without_exporter.lines();
            let lines = lines.filter(|line| line.starts_with(name));
            let lines = lines.filter(|line| !name.contains("export") || line.contains("traces"));
            let values = lines.filter_map(|line| {
                let sample = line.split(" # ").next()?;
                sample.rsplit(' ').next()?.parse::<f64>().ok()
            });
            values.sum()
        };
        let (started, exported) = (
            sum("glyph_trace_spans_started_total"),
            sum("glyph_export_exported_total"),
        );
        let word = match topic {
            "tracing" if started > 0.0 => "on",
            "tracing" => "off",
            _ if started == 0.0 => return None,
            _ if exported > 0.0 => "exported",
            "trace exporter" => "none",
            _ => "",
        };
        (!self.without_exporter.is_empty()).then(|| word.to_owned())
    }

    /// Returns the responses that the layers of the program treated. A page of telemetry beside them is not
    /// among them.
    pub(crate) fn responses(&self) -> Vec<&Response> {
        let is_own = |path: &str| ["/healthz", "/readyz", "/metrics"].contains(&path);
        let all = self.served.responses.iter();
        all.filter(|response| self.program == "glyphoxa" || !is_own(response.path))
            .collect()
    }

    /// Returns the panels of a row of a dashboard.
    pub(crate) fn panels_of(&self, row: &str) -> Vec<&Value> {
        let mut current = "";
        let mut found = Vec::new();
        for panel in self.panels() {
            if panel["type"] == "row" {
                current = panel["title"].as_str().unwrap_or_default();
            } else if current == row {
                found.push(panel);
            }
        }
        found
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
