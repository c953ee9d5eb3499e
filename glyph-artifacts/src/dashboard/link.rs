//! Links from the dashboard to traces and logs (Grafana, "Explore URL parameters").

use serde_json::{Value, json};

use super::variable::ENVIRONMENT;
use crate::artifacts::Artifacts;

/// The selected jobs, as a regular expression (Grafana, "Variable syntax").
const JOBS: &str = "${job:pipe}";

/// The selected environments, as a regular expression.
const ENVIRONMENTS: &str = "${env:pipe}";

/// What Grafana replaces in an address. It is not percent-encoded there.
const VARIABLES: [&str; 6] = [
    "${traces}",
    "${logs}",
    "${__from}",
    "${__to}",
    ENVIRONMENTS,
    JOBS,
];

/// The links of a panel.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Links {
    /// The stage whose spans are linked.
    stage: Option<&'static str>,
    /// Whether the errors in the log are linked.
    errors: bool,
}

impl Links {
    /// Returns the links of a panel of a stage.
    pub(super) fn to_stage(stage: Option<&'static str>) -> Self {
        Self {
            stage,
            errors: false,
        }
    }

    /// Returns the links of a panel of failures.
    pub(super) fn to_errors() -> Self {
        Self {
            stage: None,
            errors: true,
        }
    }

    /// Returns the JSON of the links.
    pub(super) fn json(self, service: &Service) -> Vec<Value> {
        let spans = self.stage.map(|stage| {
            let title = format!("Traces through {stage}");
            service.traces(&title, &format!(" && name=\"{stage}\""))
        });
        let failed = self.errors.then(|| {
            let failed = service.traces("Failed traces", " && status=error");
            [
                failed,
                service.logs("Errors in the log", " | detected_level=\"error\""),
            ]
        });
        spans
            .into_iter()
            .chain(failed.into_iter().flatten())
            .collect()
    }
}

/// The service whose traces and logs are linked, in the selected environments.
pub(super) struct Service {
    /// The operator and the name. Without a name, the jobs are the names of services.
    name: String,
    /// The label of the environment if it is a target label.
    environment: Option<String>,
}

impl Service {
    pub(super) fn of(artifacts: &Artifacts) -> Self {
        let label = ENVIRONMENT.to_owned();
        let is_kept = artifacts.families().is_kept(&label);
        Self {
            name: match &artifacts.service_name {
                Some(name) => format!("=\"{}\"", escaped(name)),
                None => format!("=~\"{JOBS}\""),
            },
            environment: Some(label).filter(|_| is_kept),
        }
    }

    /// Returns the links of the dashboard.
    pub(super) fn links(&self) -> Vec<Value> {
        vec![self.traces("Traces", ""), self.logs("Logs", "")]
    }

    /// Returns a link to traces, by a `TraceQL` query.
    fn traces(&self, title: &str, filter: &str) -> Value {
        let environment = self.environment.as_ref();
        let environment = environment
            .map(|label| format!(" && resource.{label}=~\"{ENVIRONMENTS}\""))
            .unwrap_or_default();
        let name = &self.name;
        let query = format!("{{resource.service.name{name}{filter}{environment}}}");
        let query = json!({
            "datasource": { "type": "tempo", "uid": "${traces}" },
            "limit": 20,
            "query": query,
            "queryType": "traceql",
            "refId": "A",
        });
        link(title, &explore_url("traces", &query))
    }

    /// Returns a link to log lines, by a `LogQL` query.
    fn logs(&self, title: &str, filter: &str) -> Value {
        let environment = self.environment.as_ref();
        let environment = environment
            .map(|label| format!(", {label}=~\"{ENVIRONMENTS}\""))
            .unwrap_or_default();
        let name = &self.name;
        let query = json!({
            "datasource": { "type": "loki", "uid": "${logs}" },
            "expr": format!("{{service_name{name}{environment}}}{filter}"),
            "queryType": "range",
            "refId": "A",
        });
        link(title, &explore_url("logs", &query))
    }
}

/// Returns a value for double quotes of `TraceQL` and `LogQL`.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}

fn link(title: &str, url: &str) -> Value {
    json!({
        "asDropdown": false,
        "icon": "external link",
        "includeVars": false,
        "keepTime": false,
        "tags": [],
        "targetBlank": true,
        "title": title,
        "tooltip": "",
        "type": "link",
        "url": url,
    })
}

/// Returns a link to Explore with a query. Variables are not percent-encoded, so that Grafana
/// replaces them.
fn explore_url(source: &str, query: &Value) -> String {
    let panes = json!({
        source: {
            "datasource": format!("${{{source}}}"),
            "queries": [query],
            "range": { "from": "${__from}", "to": "${__to}" },
        },
    });
    let mut panes = percent_encoded(&panes.to_string());
    for variable in VARIABLES {
        panes = panes.replace(&percent_encoded(variable), variable);
    }
    format!("/explore?schemaVersion=1&panes={panes}")
}

/// Returns a string with all characters percent-encoded, except unreserved ones (RFC 3986, section
/// 2.3).
fn percent_encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}
