//! Unit tests of the rules, for `promtool test rules` (Prometheus, "Unit Testing for Rules").
//!
//! From each condition follow series under which the alert fires, and others under which it does not.

mod expression;
mod load;
mod measures;
mod objectives;
mod shape;
mod sides;

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{
    ArtifactError, artifacts::Artifacts, families::Families, numbers::duration, rules::document,
};
use glyph_core::catalog::{AlertDescriptor, Condition};

use load::Load;
use sides::Side;

/// Rules are evaluated so often in tests.
const EVALUATION: Duration = Duration::from_secs(60);

#[derive(Debug, Serialize)]
struct TestFile {
    rule_files: Vec<String>,
    evaluation_interval: String,
    tests: Vec<TestCase>,
}

#[derive(Debug, Serialize)]
struct TestCase {
    name: String,
    interval: String,
    input_series: Vec<InputSeries>,
    #[serde(flatten)]
    tests: Tests,
}

/// What is asked in one case.
#[derive(Debug, Default, Serialize)]
struct Tests {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alert_rule_test: Vec<AlertTest>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    promql_expr_test: Vec<ExprTest>,
}

#[derive(Debug, Serialize)]
struct InputSeries {
    series: String,
    values: String,
}

#[derive(Debug, Serialize)]
struct AlertTest {
    eval_time: String,
    alertname: String,
    exp_alerts: Vec<ExpectedAlert>,
}

#[derive(Debug, Serialize)]
struct ExpectedAlert {
    exp_labels: BTreeMap<String, String>,
    exp_annotations: BTreeMap<String, String>,
}

/// What is asked of an alert whose annotations cannot be foretold.
#[derive(Debug, Serialize)]
struct ExprTest {
    expr: String,
    eval_time: String,
    exp_samples: Vec<ExpectedSample>,
}

#[derive(Debug, Serialize)]
struct ExpectedSample {
    labels: String,
    value: f64,
}

impl Artifacts {
    /// Tests of the rules in the file `rules_file`, a path seen from the tests' own place: for each alert that is
    /// made of a condition, a case in which it fires and one in which it does not.
    ///
    /// An alert by `expr` has them by the series that stand beside it, `fires("..")` and `silent("..")`, or else where the
    /// expression compares one measured thing, or a ratio of two, with a number. The first line of the file names those
    /// that have none.
    ///
    /// # Errors
    ///
    /// When what was declared does not fit together.
    pub fn rule_tests(&self, rules_file: &str) -> Result<String, ArtifactError> {
        self.checked()?;
        let families = self.families();
        let metrics = families.metrics();
        let mut tests: Vec<TestCase> = Vec::new();
        let mut without = Vec::new();
        for alert in metrics.flat_map(|metric| metric.alerts) {
            let cases = families.alert_cases(alert);
            if cases.len() < 2 {
                without.push(alert.name);
            }
            tests.extend(cases);
        }
        let objectives = families.metrics().flat_map(|metric| metric.objectives);
        tests.extend(objectives.flat_map(|objective| families.objective_cases(objective)));
        let file = document(&TestFile {
            rule_files: vec![rules_file.to_owned()],
            evaluation_interval: duration(EVALUATION),
            tests,
        })?;
        if without.is_empty() {
            return Ok(file);
        }
        let without = without.join(", ");
        Ok(format!(
            "# Without a case, until `fires(..)` and `silent(..)` stand beside them: {without}.\n{file}"
        ))
    }
}

impl Families {
    /// A case in which the alert fires, and one in which it does not.
    fn alert_cases(&self, alert: &AlertDescriptor) -> Vec<TestCase> {
        let sides = [Side::Fires, Side::Quiet];
        let cases = sides.map(|side| match alert.condition {
            Condition::Expression {
                promql,
                fires: [],
                silent: [],
                ..
            } => {
                let (load, is_told) = self.expressed(promql, side)?;
                Some(if is_told {
                    self.case(alert, &load, side)
                } else {
                    expression::derived(alert, &load, promql, side)
                })
            }
            Condition::Expression {
                promql,
                fires,
                silent,
                ..
            } => {
                let series = if side == Side::Fires { fires } else { silent };
                Some(expression::written(alert, promql, series, side))
            }
            _ => Some(self.case(alert, &self.load(alert, side)?, side)),
        });
        cases.into_iter().flatten().collect()
    }

    /// A case whose alert has the labels of what is put in.
    fn case(&self, alert: &AlertDescriptor, load: &Load, side: Side) -> TestCase {
        let firing = (side == Side::Fires).then_some(&load.labels);
        let name = format!("{} {}", alert.name, side.says());
        let at = load.settled(self.time(alert.pending));
        load.case(name, alert_test(alert, firing, at), at)
    }

    /// Series that put the alert's condition on this side.
    fn load(&self, alert: &AlertDescriptor, side: Side) -> Option<Load> {
        match alert.condition {
            Condition::Compare {
                measure,
                comparison,
                threshold,
            } => self.measured(measure, comparison, threshold, alert.by, side),
            Condition::Absent { of, over } => Some(self.absent(of, over, side)),
            Condition::Expression { .. } => None,
        }
    }
}

/// An alert fires with these labels of its series, or does not.
fn alert_test(
    alert: &AlertDescriptor,
    firing: Option<&BTreeMap<String, String>>,
    at: Duration,
) -> Tests {
    let templates = [
        ("summary", alert.summary),
        ("description", alert.description),
    ];
    let mut labels = super::rules::alert_labels(alert);
    labels.extend(
        firing
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    let templates = templates.into_iter().filter(|(_, text)| !text.is_empty());
    let annotations: Option<BTreeMap<_, _>> = templates
        .map(|(name, text)| Some((name.to_owned(), filled(text, &labels)?)))
        .collect();
    match annotations {
        Some(exp_annotations) => Tests {
            alert_rule_test: vec![AlertTest {
                eval_time: duration(at),
                alertname: alert.name.to_owned(),
                exp_alerts: firing
                    .map(|_| ExpectedAlert {
                        exp_labels: labels,
                        exp_annotations,
                    })
                    .into_iter()
                    .collect(),
            }],
            ..Tests::default()
        },
        None => Tests {
            promql_expr_test: vec![firing_test(alert.name, firing.map(|_| labels), at)],
            ..Tests::default()
        },
    }
}

/// Asks for the series by which Prometheus tells what fires.
fn firing_test(alert: &str, labels: Option<BTreeMap<String, String>>, at: Duration) -> ExprTest {
    let samples = labels.map(|mut labels| {
        labels.insert("alertname".to_owned(), alert.to_owned());
        labels.insert("alertstate".to_owned(), "firing".to_owned());
        ExpectedSample {
            labels: load::series("ALERTS", &labels),
            value: 1.0,
        }
    });
    ExprTest {
        expr: format!("ALERTS{{alertname=\"{alert}\", alertstate=\"firing\"}}"),
        eval_time: duration(at),
        exp_samples: samples.into_iter().collect(),
    }
}

/// Asks whether anything fires, whatever its labels.
fn count_test(alert: &str, side: Side, at: Duration) -> Tests {
    let firing = format!("count(ALERTS{{alertname=\"{alert}\", alertstate=\"firing\"}})");
    let fires = ExpectedSample {
        labels: "{}".to_owned(),
        value: 1.0,
    };
    Tests {
        promql_expr_test: vec![ExprTest {
            expr: format!("{firing} > bool 0"),
            eval_time: duration(at),
            exp_samples: Some(fires)
                .filter(|_| side == Side::Fires)
                .into_iter()
                .collect(),
        }],
        ..Tests::default()
    }
}

/// A template with the labels put in, if it asks for nothing else.
fn filled(template: &str, labels: &BTreeMap<String, String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, action)) = rest.split_once("{{") {
        let (action, after) = action.split_once("}}")?;
        filled.push_str(before);
        let label = action.trim().strip_prefix("$labels.")?;
        filled.push_str(labels.get(label)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}
