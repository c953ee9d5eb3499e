//! Checks of existing rule files and dashboards against the catalogs.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::{expression, names::Names};
use crate::{ArtifactError, artifacts::Artifacts, problem::Problem};

/// The folder of dashboards in the folder of the artifacts.
const DASHBOARDS: &str = "grafana/dashboards";

/// The folder of rules.
const RULES: &str = "prometheus";

/// The Grafana variables whose value is a duration.
const TIME_VARIABLES: [&str; 4] = ["__rate_interval", "__interval", "__range", "__range_s"];

#[derive(Deserialize)]
struct RuleFile {
    #[serde(default)]
    groups: Vec<RuleGroup>,
}

#[derive(Deserialize)]
struct RuleGroup {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    alert: Option<String>,
    record: Option<String>,
    expr: String,
}

impl Artifacts {
    /// Returns the problems of all rule files and dashboards in `folder`, generated or written by
    /// hand.
    ///
    /// A problem is an expression that is not PromQL, or that uses a metric, label or label value
    /// that no catalog declares. Metrics outside the namespaces of the catalogs are not checked.
    /// Rules are read from `prometheus/*.yml`, dashboards from `grafana/dashboards/*.json`.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::File`] if a file cannot be read, [`ArtifactError::Yaml`] if a rule
    /// file cannot be parsed, and [`ArtifactError::Json`] if a dashboard cannot be parsed.
    pub fn problems_in(&self, folder: impl AsRef<Path>) -> Result<Vec<Problem>, ArtifactError> {
        let folder = folder.as_ref();
        let mut problems = Vec::new();
        for path in files(&folder.join(RULES), "yml")? {
            let content = read(&path)?;
            problems.extend(self.problems_in_rules(&content, &path.display().to_string())?);
        }
        for path in files(&folder.join(DASHBOARDS), "json")? {
            let content = read(&path)?;
            problems.extend(self.problems_in_dashboard(&content, &path.display().to_string())?);
        }
        Ok(problems)
    }

    /// Returns the problems of a rule file. `file` is the path to report.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Yaml`] if `yaml` is not YAML, or not a rule file.
    pub fn problems_in_rules(&self, yaml: &str, file: &str) -> Result<Vec<Problem>, ArtifactError> {
        let names = self.names();
        let rules: RuleFile = yaml_serde::from_str(yaml)?;
        let rules = rules.groups.into_iter().flat_map(|group| group.rules);
        let mut problems = Vec::new();
        for rule in rules {
            let (kind, name) = match (rule.alert, rule.record) {
                (Some(alert), _) => ("alert", alert),
                (None, record) => ("record", record.unwrap_or_default()),
            };
            let external_names = self.external_names(&rule.expr);
            let external = [self.external_patterns(&name), &as_strs(&external_names)].concat();
            let found = expression::problems(&rule.expr, &external, &names);
            problems.extend(found.into_iter().map(|message| Problem {
                what: format!("{kind} `{name}`"),
                file: Cow::Owned(file.to_owned()),
                line: line_of(yaml, &format!("{kind}: {name}")),
                message,
            }));
        }
        Ok(problems)
    }

    /// Returns the problems of the panels of a dashboard. `file` is the path to report.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Json`] if `json` is not JSON.
    pub fn problems_in_dashboard(
        &self,
        json: &str,
        file: &str,
    ) -> Result<Vec<Problem>, ArtifactError> {
        let names = self.names();
        let dashboard: Value = serde_json::from_str(json)?;
        let mut problems = Vec::new();
        for panel in panels(&dashboard) {
            let title = panel.get("title").and_then(Value::as_str);
            let title = title.unwrap_or_default();
            for expr in expressions(panel) {
                let expr = without_variables(expr);
                let external_names = self.external_names(&expr);
                let found = expression::problems(&expr, &as_strs(&external_names), &names);
                problems.extend(found.into_iter().map(|message| Problem {
                    what: format!("panel `{title}`"),
                    file: Cow::Owned(file.to_owned()),
                    line: line_of(json, &format!("\"title\": {}", Value::from(title))),
                    message,
                }));
            }
        }
        problems.dedup();
        Ok(problems)
    }

    fn names(&self) -> Names {
        let own = ["env".to_owned()];
        let targets: Vec<String> = self.target_labels.iter().chain(&own).cloned().collect();
        Names::new(&self.families(), &targets)
    }

    /// Returns the words of an expression outside the namespaces of the catalogs and of glyph:
    /// other programs may expose metrics with these names.
    fn external_names(&self, expr: &str) -> Vec<String> {
        let families = self.families();
        let is_own = |word: &str| {
            let mut namespaces = families.catalogs().iter().map(|catalog| catalog.namespace);
            let within = |namespace: &str| namespace.is_empty() || word.starts_with(namespace);
            word.starts_with("glyph_") || word.starts_with("objective:") || namespaces.any(within)
        };
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
        let words = expr.split(|letter| !is_part(letter));
        let external_names = words.filter(|word| !word.is_empty() && !is_own(word));
        external_names.map(str::to_owned).collect()
    }

    /// Returns the patterns in `external(..)` of the alert with this name.
    fn external_patterns(&self, alert: &str) -> &'static [&'static str] {
        let families = self.families();
        let mut alerts = families.metrics().flat_map(|metric| metric.alerts);
        let condition = alerts
            .find(|known| known.name == alert)
            .map(|known| known.condition);
        match condition {
            Some(glyph_core::catalog::Condition::Expression { external, .. }) => external,
            _ => &[],
        }
    }
}

/// Returns all panels, including those in collapsed rows.
fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(dashboard, "panels").flat_map(|panel| std::iter::once(panel).chain(list(panel, "panels")))
}

/// Returns the expressions of a panel that query Prometheus.
fn expressions(panel: &Value) -> impl Iterator<Item = &str> {
    let queries_prometheus =
        |target: &&Value| source(target).or_else(|| source(panel)) == Some("prometheus");
    list(panel, "targets")
        .filter(queries_prometheus)
        .filter_map(|target| target.get("expr")?.as_str())
}

fn list<'value>(value: &'value Value, key: &str) -> impl Iterator<Item = &'value Value> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn source(value: &Value) -> Option<&str> {
    value.get("datasource")?.get("type")?.as_str()
}

/// Returns an expression with its Grafana variables replaced, so that it is PromQL (Grafana,
/// "Variable syntax").
fn without_variables(expr: &str) -> String {
    static VARIABLE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))").ok());
    let Some(variable) = VARIABLE.as_ref() else {
        return expr.to_owned();
    };
    let replaced = variable.replace_all(expr, |found: &regex::Captures<'_>| {
        let name = found.get(1).or_else(|| found.get(2));
        let is_time = name.is_some_and(|name| TIME_VARIABLES.contains(&name.as_str()));
        if is_time { "5m" } else { ".*" }
    });
    replaced.into_owned()
}

fn as_strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Returns the number of the first line that contains a string, or 1 if there is none.
fn line_of(content: &str, text: &str) -> u32 {
    let line = content.lines().position(|line| line.contains(text));
    line.and_then(|line| u32::try_from(line + 1).ok())
        .unwrap_or(1)
}

/// Returns the files of a folder with this extension, sorted by name; none if the folder does not
/// exist. Tests of rules, `*.test.yml`, are skipped.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, ArtifactError> {
    let failed = |source| ArtifactError::File {
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let is_test = path.to_string_lossy().ends_with(".test.yml");
        if path.extension().is_some_and(|found| found == extension) && !is_test {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, ArtifactError> {
    fs::read_to_string(path).map_err(|source| ArtifactError::File {
        path: path.to_owned(),
        source,
    })
}
