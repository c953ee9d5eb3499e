//! Checks of existing rule files and dashboards against the catalogs.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

use promql_parser::parser::Expr;
use serde_json::Value;

use super::{
    dashboard_file::{DashboardQuery, queries},
    expression::{Checked, check, check_parsed, parse, suggestion},
    former::Former,
    names::Names,
    rule_file::{WrittenRule, record, rules},
    shape::Shape,
    template::{problems_in_annotation, problems_in_legend},
    variables::Replaced,
};
use crate::{ArtifactError, artifacts::Artifacts, problem::Problem};

/// The folder of dashboards in the folder of the artifacts.
const DASHBOARDS: &str = "grafana/dashboards";

/// The folders of rules.
const RULES: [&str; 2] = ["prometheus", "kubernetes"];

impl Artifacts {
    /// Returns the problems of all rule files and dashboards in `folder`, generated or written by
    /// hand.
    ///
    /// A problem is an expression that is not PromQL, one that uses a metric, label or label value
    /// that no catalog declares, one that can have no result, or a text with a label that the
    /// result does not have. Metrics outside the namespaces of the catalogs are not checked, nor
    /// those of [`Artifacts::external`].
    ///
    /// The `metrics.json` in the folder, and dashboards that an earlier version generated, say which
    /// names the catalogs declared before. Rules are read from `prometheus/` and, in a `PrometheusRule`, from `kubernetes/`; dashboards
    /// are read from `grafana/dashboards/`.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::File`] if a file cannot be read, [`ArtifactError::Yaml`] if a rule
    /// file cannot be parsed, and [`ArtifactError::Json`] if a dashboard cannot be parsed.
    pub fn problems_in(&self, folder: impl AsRef<Path>) -> Result<Vec<Problem>, ArtifactError> {
        let folder = folder.as_ref();
        self.problems_since(folder, &self.former(folder)?)
    }

    /// Returns the problems of all files in `folder`, with the names of an earlier version.
    pub(crate) fn problems_since(
        &self,
        folder: &Path,
        former: &Former,
    ) -> Result<Vec<Problem>, ArtifactError> {
        let mut written = Vec::new();
        for path in RULES
            .iter()
            .flat_map(|of| files(&folder.join(of), &["yml", "yaml"]))
        {
            let path = path?;
            let content = read(&path)?;
            if path.starts_with(folder.join("prometheus")) || content.contains("PrometheusRule") {
                written.push((path.display().to_string(), rules(&content)?, content));
            }
        }
        let mut names = self.names().with_all_records();
        former.declare_in(&mut names);
        record(written.iter().flat_map(|(_, rules, _)| rules), &mut names);
        let mut problems = self.pattern_problems(&folder.display().to_string());
        problems.extend_from_slice(former.leftovers());
        for (file, rules, content) in &written {
            problems.extend(self.rule_problems(rules, content, file, &names));
        }
        for path in dashboards(folder) {
            let path = path?;
            let (content, file) = (read(&path)?, path.display().to_string());
            if former
                .leftovers()
                .iter()
                .any(|leftover| leftover.file == file)
            {
                continue;
            }
            problems.extend(self.dashboard_problems(&content, &file, &names)?);
        }
        Ok(problems)
    }

    /// Returns the problems of a rule file. `file` is the path to report.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Yaml`] if `yaml` is not YAML, or not a rule file.
    pub fn problems_in_rules(&self, yaml: &str, file: &str) -> Result<Vec<Problem>, ArtifactError> {
        let rules = rules(yaml)?;
        let mut names = self.names();
        record(rules.iter(), &mut names);
        let mut problems = self.pattern_problems(file);
        problems.extend(self.rule_problems(&rules, yaml, file, &names));
        Ok(problems)
    }

    /// Returns the problems of the panels, variables and annotations of a dashboard. `file` is the
    /// path to report.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Json`] if `json` is not JSON.
    pub fn problems_in_dashboard(
        &self,
        json: &str,
        file: &str,
    ) -> Result<Vec<Problem>, ArtifactError> {
        let mut problems = self.pattern_problems(file);
        problems.extend(self.dashboard_problems(json, file, &self.names())?);
        Ok(problems)
    }

    /// Returns a problem for each pattern of [`Artifacts::external`] that is invalid.
    fn pattern_problems(&self, file: &str) -> Vec<Problem> {
        let invalid = self.external.iter().filter_map(|pattern| {
            let error = regex::Regex::new(pattern).err()?;
            Some(Problem {
                what: "`Artifacts::external`".to_owned(),
                file: Cow::Owned(file.to_owned()),
                line: 1,
                message: format!("`{pattern}` is not a regular expression: {error}"),
            })
        });
        invalid.collect()
    }

    fn names(&self) -> Names {
        Names::for_files(&self.families(), &self.kept_labels(), &self.external)
    }

    fn rule_problems(
        &self,
        rules: &[WrittenRule],
        content: &str,
        file: &str,
        names: &Names,
    ) -> Vec<Problem> {
        let problems = rules.iter().flat_map(|rule| {
            let (kind, name) = rule.subject();
            let external = self.external_patterns(name);
            let checked = check(&rule.expr(), external, names);
            let never = self.never(kind, name, &rule.expr());
            let texts = rule.texts().flat_map(|(name, text)| {
                problems_in_annotation(name, &text, &checked.shape, external, names)
            });
            let texts: Vec<_> = texts.collect();
            let messages = checked.problems.into_iter().chain(never).chain(texts);
            messages.map(move |message| Problem {
                what: format!("{kind} `{name}`"),
                file: Cow::Owned(file.to_owned()),
                line: line_of(content, |line| {
                    let line = line.trim_start_matches(['-', ' ']);
                    line.starts_with(kind) && line.contains(name)
                }),
                message,
            })
        });
        problems.collect()
    }

    /// Returns the problems of a rule that can never have a result, or whose windows are too short.
    fn never(&self, kind: &str, name: &str, promql: &str) -> Vec<String> {
        let (families, scrape) = (self.families(), self.least_scrape_interval());
        match parse(promql) {
            Ok(expr) if kind == "alert" => families.impossible_expression(&expr, scrape),
            // The windows of objectives are fixed.
            Ok(expr) if !name.starts_with("objective:") => families.short_windows(&expr, scrape),
            _ => Vec::new(),
        }
    }

    /// Returns the problems of the queries of a dashboard.
    fn dashboard_problems(
        &self,
        json: &str,
        file: &str,
        names: &Names,
    ) -> Result<Vec<Problem>, ArtifactError> {
        let dashboard: Value = serde_json::from_str(json)?;
        let (families, scrape) = (self.families(), self.least_scrape_interval());
        let mut problems = Vec::new();
        for query in queries(&dashboard) {
            let windows = |expr: &Expr| families.short_windows(expr, scrape);
            for message in query_problems(&query, names, windows) {
                problems.push(Problem {
                    what: query.what.clone(),
                    file: Cow::Owned(file.to_owned()),
                    line: line_of(json, |line| line.contains(&query.place)),
                    message,
                });
            }
        }
        problems.dedup();
        Ok(problems)
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

/// Returns the problems of a query, with Grafana's variables as written.
fn query_problems(
    query: &DashboardQuery<'_>,
    names: &Names,
    windows: impl Fn(&Expr) -> Vec<String>,
) -> Vec<String> {
    let replaced = Replaced::new(query.expr);
    let Checked { problems, shape } = match replaced.parse() {
        Ok(parsed) => {
            let mut checked = check_parsed(&parsed, &[], names);
            checked.problems.extend(windows(&parsed));
            checked
        }
        Err(error) => Checked {
            problems: vec![format!("`{}` is not PromQL: {error}", query.expr)],
            shape: Shape::unknown(),
        },
    };
    let label = query
        .label
        .filter(|label| !label.contains('$') && !shape.has(label));
    let label = label.map(|label| {
        let hint = suggestion(label, &shape);
        format!("no series in the expression has a label `{label}`; {hint}")
    });
    let legend = query.legend.unwrap_or_default();
    let legend = problems_in_legend(legend, &shape);
    let messages = problems.into_iter().chain(label).chain(legend);
    messages
        .map(|message| replaced.restored(&message))
        .collect()
}

/// Returns the number of the first line that fits, or 1 if there is none.
fn line_of(content: &str, fits: impl Fn(&str) -> bool) -> u32 {
    let line = content.lines().position(fits);
    line.and_then(|line| u32::try_from(line + 1).ok())
        .unwrap_or(1)
}

/// Returns the dashboards in the folder of the artifacts.
pub(super) fn dashboards(folder: &Path) -> Vec<Result<PathBuf, ArtifactError>> {
    files(&folder.join(DASHBOARDS), &["json"])
}

/// Returns the files of a folder with these extensions, sorted by name; none if the folder does not
/// exist. Tests of rules, `*.test.yml`, are skipped.
fn files(folder: &Path, extensions: &[&str]) -> Vec<Result<PathBuf, ArtifactError>> {
    let failed = |source| ArtifactError::File {
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![Err(failed(error))],
    };
    let is_read = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_test = path
            .file_stem()
            .is_some_and(|stem| stem.to_string_lossy().ends_with(".test"));
        extension.is_some_and(|extension| extensions.contains(&extension)) && !is_test
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed));
    let mut paths: Vec<_> = paths
        .filter(|path| path.as_ref().map_or(true, is_read))
        .collect();
    paths.sort_by(|left, right| left.as_ref().ok().cmp(&right.as_ref().ok()));
    paths
}

pub(super) fn read(path: &Path) -> Result<String, ArtifactError> {
    fs::read_to_string(path).map_err(|source| ArtifactError::File {
        path: path.to_owned(),
        source,
    })
}
