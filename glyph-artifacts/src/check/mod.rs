//! Whether expressions and declarations fit together.

mod expression;
mod names;
mod written;

use std::{borrow::Cow, collections::HashMap};

pub use names::INTERNAL_SERIES;

use crate::{
    ArtifactError, artifacts::Artifacts, families::Families, objective::BURNS, problem::Problem,
    rules::Rule, series::Series,
};
use glyph_core::catalog::Condition;

impl Artifacts {
    /// Everything that does not fit: an expression that is no PromQL, a metric, a label or a value in it that no
    /// catalog declares, two alerts or objectives of one name.
    ///
    /// # Errors
    ///
    /// [`ArtifactError::Problems`], when there is any.
    pub fn checked(&self) -> Result<(), ArtifactError> {
        let problems = self.problems();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ArtifactError::Problems(problems))
        }
    }

    /// What [`Artifacts::checked`] finds.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let families = self.families();
        let mut problems = clashes(&families);
        let names = names::Names::new(&families, &self.target_labels);
        for alert in families.metrics().flat_map(|metric| metric.alerts) {
            let promql = families.condition(&alert.condition, alert.by);
            let found = match alert.condition {
                Condition::Expression {
                    external,
                    fires,
                    silent,
                    ..
                } => {
                    let mut found = expression::problems(&promql, external, &names);
                    let series = fires.iter().chain(silent);
                    found.extend(series.flat_map(|text| series_problems(text, external, &names)));
                    found
                }
                _ => expression::problems(&promql, &[], &names),
            };
            problems.extend(found.into_iter().map(|message| Problem {
                what: format!("alert `{}`", alert.name),
                file: Cow::Borrowed(alert.file),
                line: alert.line,
                message,
            }));
        }
        problems.extend(objective_problems(&families, &names));
        problems
    }
}

/// What does not fit in a series that a test of the rules starts from.
fn series_problems(text: &str, external: &[&str], names: &names::Names) -> Vec<String> {
    match Series::parse(text) {
        Ok(series) => expression::problems(series.selector, external, names),
        Err(problem) => vec![problem],
    }
}

fn objective_problems(families: &Families, names: &names::Names) -> Vec<Problem> {
    let objectives = families.metrics().flat_map(|metric| metric.objectives);
    let mut problems = Vec::new();
    for objective in objectives {
        for rule in families.objective_rules(objective) {
            let promql = match &rule {
                Rule::Recording { expr, .. } => expr,
                Rule::Alerting(alert) => &alert.expr,
            };
            let found = expression::problems(promql, &[], names);
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

/// Alerts and objectives whose name is taken.
fn clashes(families: &Families) -> Vec<Problem> {
    let alerts = families.metrics().flat_map(|metric| metric.alerts);
    let alerts = alerts.map(|alert| ("alert", alert.name.to_owned(), alert.file, alert.line));
    let objectives = families.metrics().flat_map(|metric| metric.objectives);
    let burns = objectives.flat_map(|objective| {
        let alerts = BURNS.iter().map(|burn| burn.alert(objective));
        alerts.map(|name| ("objective", name, objective.file, objective.line))
    });
    let mut taken = HashMap::new();
    let mut problems = Vec::new();
    for (kind, name, file, line) in alerts.chain(burns) {
        if let Some((file_before, line_before)) = taken.insert(name.clone(), (file, line)) {
            problems.push(Problem {
                what: format!("{kind} `{name}`"),
                file: Cow::Borrowed(file),
                line,
                message: format!(
                    "its alert's name is taken at {file_before}:{line_before}: rename one"
                ),
            });
        }
    }
    problems
}

/// Declares a test that fails when what the catalogs declare does not fit together: an expression that is no
/// PromQL, or names a metric, a label or a value that no catalog declares. It tells the alert, file and line, and
/// the nearest right name.
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
/// The test is called `artifacts_fit_their_catalogs`; `check!(another_name: Metrics)` names it. Labels that series
/// get on their way are listed behind a semicolon: `check!(Metrics; "env", "cluster")`.
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
