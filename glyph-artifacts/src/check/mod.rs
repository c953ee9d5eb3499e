//! Checks of expressions and names against the catalogs.

mod alternatives;
mod call;
mod dashboard_file;
mod declared;
mod expression;
mod former;
mod known;
mod matching;
mod names;
mod replaced;
mod rule_file;
mod selector;
mod shape;
mod template;
mod variables;
mod written;

use std::{borrow::Cow, collections::HashMap};

pub use known::INTERNAL_SERIES;

pub(crate) use names::nearest;

use crate::{
    ArtifactError, artifacts::Artifacts, families::Families, objective::alert_names,
    problem::Problem, rules::Rule, series::Series, view::exposed_twice,
};
use glyph_core::catalog::Condition;

impl Artifacts {
    /// Checks the alerts and objectives of the catalogs.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression is not PromQL, an expression uses a
    /// metric, label or label value that no catalog declares, or two alerts have the same name.
    pub fn checked(&self) -> Result<(), ArtifactError> {
        let problems = self.problems();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ArtifactError::Problems(problems))
        }
    }

    /// Returns the problems that [`Artifacts::checked`] reports; empty if there are none.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let families = self.families();
        let mut problems = self.misfits.clone();
        problems.extend(exposed_twice(&self.catalogs));
        problems.extend(duplicate_names(&families, &self.target_alert()));
        let names = names::Names::new(&families, &self.kept_labels());
        for alert in families.metrics().flat_map(|metric| metric.alerts) {
            let promql = families.condition(alert);
            let external = match alert.condition {
                Condition::Expression { external, .. } => external,
                _ => &[],
            };
            let checked = expression::check(&promql, external, &names);
            let mut found = checked.problems;
            if let Condition::Expression { fires, silent, .. } = alert.condition {
                let series = fires.iter().chain(silent);
                found.extend(series.flat_map(|text| series_problems(text, external, &names)));
            }
            for (name, text) in families.alert_rule(alert).annotations {
                found.extend(template::problems_in_annotation(
                    &name,
                    &text,
                    &checked.shape,
                    external,
                    &names,
                ));
            }
            found.extend(families.impossible(alert, self.least_scrape_interval()));
            found.extend(families.replaced_labels(alert));
            problems.extend(found.into_iter().map(|message| Problem {
                what: format!("alert `{}`", alert.name),
                file: Cow::Borrowed(alert.file),
                line: alert.line,
                message,
            }));
        }
        problems.extend(objective_problems(&families, &names));
        problems.extend(families.replaced_labels_of_objectives());
        problems.extend(self.further_problems());
        problems
    }
}

/// Returns the problems of an input series, from `fires(..)` or `silent(..)`.
fn series_problems(text: &str, external: &[&str], names: &names::Names) -> Vec<String> {
    match Series::parse(text) {
        Ok(series) => expression::check(series.selector, external, names).problems,
        Err(problem) => vec![problem],
    }
}

/// Returns the problems of the rules of objectives.
fn objective_problems(families: &Families, names: &names::Names) -> Vec<Problem> {
    let objectives = families.metrics().flat_map(|metric| metric.objectives);
    let mut problems = Vec::new();
    for objective in objectives {
        for rule in families.objective_rules(objective) {
            let promql = match &rule {
                Rule::Recording { expr, .. } => expr,
                Rule::Alerting(alert) => &alert.expr,
            };
            let found = expression::check(promql, &[], names).problems;
            problems.extend(found.into_iter().map(|message| Problem {
                what: format!("objective `{}`", objective.name),
                file: Cow::Borrowed(objective.file),
                line: objective.line,
                message,
            }));
        }
    }
    problems
}

/// Returns a problem for each alert or objective whose alert name is not unique.
fn duplicate_names(families: &Families, target_alert: &str) -> Vec<Problem> {
    let alerts = families.metrics().flat_map(|metric| metric.alerts);
    let alerts = alerts.map(|alert| ("alert", alert.name.to_owned(), alert.file, alert.line));
    let objectives = families.metrics().flat_map(|metric| metric.objectives);
    let burns = objectives.flat_map(|objective| {
        let alerts = alert_names(objective).into_iter();
        alerts.map(|name| ("objective", name, objective.file, objective.line))
    });
    let watching = families.watching_objectives().next().into_iter();
    let targets = watching.map(|objective| {
        let name = target_alert.to_owned();
        ("objective", name, objective.file, objective.line)
    });
    let mut first_uses = HashMap::new();
    let mut problems = Vec::new();
    for (kind, name, file, line) in alerts.chain(burns).chain(targets) {
        if let Some((file_before, line_before)) = first_uses.insert(name.clone(), (file, line)) {
            problems.push(Problem {
                what: format!("{kind} `{name}`"),
                file: Cow::Borrowed(file),
                line,
                message: format!(
                    "duplicate alert name, also at {file_before}:{line_before}: rename one"
                ),
            });
        }
    }
    problems
}

/// Declares a test of the expressions and alert names in catalogs.
///
/// The test fails if an expression is not PromQL, an expression uses a metric, label or label value
/// that no catalog declares, or two alerts have the same name. Each failure has the alert, its file
/// and line, and the nearest declared name.
///
/// ```
/// # use glyph_core::{Counter, metric_catalog};
/// # #[metric_catalog(namespace = "doc_check")]
/// # pub struct Metrics {
/// #     /// Requests.
/// #     pub requests: Counter,
/// # }
/// # fn main() {}
/// glyph_artifacts::check!(Metrics);
/// ```
///
/// The default name of the test is `artifacts_fit_their_catalogs`; `check!(another_name: Metrics)`
/// sets another one. Labels that a scrape or a collector sets on every series come after a
/// semicolon: `check!(Metrics; "env", "cluster")`.
#[doc(hidden)]
#[macro_export]
macro_rules! __artifacts_check {
    ($name:ident: $($catalog:ty),+ $(; $($label:literal),* $(,)?)?) => {
        #[test]
        fn $name() {
            let artifacts = $crate::Artifacts::default()$(.and::<$catalog>())+;
            $(let artifacts = artifacts.target_labels([$($label),*]);)?
            let problems = artifacts.problems();
            let lines: ::std::vec::Vec<::std::string::String> =
                problems.iter().map(::std::string::ToString::to_string).collect();
            ::std::assert!(problems.is_empty(), "\n{}", lines.join("\n"));
        }
    };
    ($($catalog:ty),+ $(; $($label:literal),* $(,)?)?) => {
        $crate::check!(artifacts_fit_their_catalogs: $($catalog),+ $(; $($label),*)?);
    };
}
