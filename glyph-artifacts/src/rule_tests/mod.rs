//! Unit tests of the rules, for `promtool test rules` (Prometheus, "Unit Testing for Rules").
//!
//! The condition of each alert determines series for which it fires, and series for which it stays
//! quiet.

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

/// The interval between evaluations of the rules in tests.
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

/// The assertions of a case.
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

/// An assertion by expression, for alerts whose annotations cannot be computed here.
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
    /// Returns unit tests of the rules for promtool. Each alert has a case in which it fires and
    /// one in which it stays quiet.
    ///
    /// `rules_file` is the path of the rules, relative to the file of the tests.
    ///
    /// An alert with `expr` is tested with the series of its `fires("..")` and `silent("..")`.
    /// Without them, it is tested if the expression compares one metric, or a ratio of two, with a
    /// number. The first line of the file lists the alerts without a test.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Yaml`] if the tests cannot be serialized.
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
        tests.extend(families.target_cases(&self.target_alert()));
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
            "# Alerts without a test, which need `fires(..)` and `silent(..)`: {without}.\n{file}"
        ))
    }
}

impl Families {
    /// Returns a case in which the alert fires and one in which it stays quiet.
    fn alert_cases(&self, alert: &AlertDescriptor) -> Vec<TestCase> {
        let sides = [Side::Fires, Side::Quiet];
        let cases = sides.map(|side| match alert.condition {
            Condition::Expression {
                promql,
                fires: [],
                silent: [],
                ..
            } => {
                let (load, has_series_labels) = self.expression_load(promql, side)?;
                Some(if has_series_labels {
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
        let stopped = self.stopped_case(alert);
        cases.into_iter().flatten().chain(stopped).collect()
    }

    /// Returns the case of an alert of absence in which one job no longer has the series and
    /// another one does.
    fn stopped_case(&self, alert: &AlertDescriptor) -> Option<TestCase> {
        let Condition::Absent { of, over } = alert.condition else {
            return None;
        };
        let end = EVALUATION * 10;
        let load = self.stopped_load(of, over, end)?;
        let at = end + load.settled(self.time(alert.pending));
        let tests = self.alert_test(alert, Some(&load.labels), at);
        let name = format!("{} fires for the job that has none", alert.name);
        Some(load.case(name, tests, at))
    }

    /// Returns a case whose alert has the labels of the input series.
    fn case(&self, alert: &AlertDescriptor, load: &Load, side: Side) -> TestCase {
        let firing = (side == Side::Fires).then_some(&load.labels);
        let name = format!("{} {}", alert.name, side.name());
        let at = load.settled(self.time(alert.pending));
        load.case(name, self.alert_test(alert, firing, at), at)
    }

    /// Returns series for which the alert fires or stays quiet; `None` if there are no such series.
    fn load(&self, alert: &AlertDescriptor, side: Side) -> Option<Load> {
        match alert.condition {
            Condition::Compare {
                measure,
                comparison,
                threshold,
            } => self.measure_load(measure, comparison, threshold, alert, side),
            Condition::Absent { of, over } => Some(self.absent_load(of, over, side)),
            Condition::Expression { .. } => None,
        }
    }
}

impl Families {
    /// Returns the assertion that an alert fires with these labels of its series, or stays quiet if
    /// `firing` is `None`.
    fn alert_test(
        &self,
        alert: &AlertDescriptor,
        firing: Option<&BTreeMap<String, String>>,
        at: Duration,
    ) -> Tests {
        let mut labels = super::rules::alert_labels(alert);
        labels.extend(
            firing
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let annotations = self.alert_annotations(alert).into_iter();
        let annotations: Option<BTreeMap<_, _>> = annotations
            .map(|(name, text)| Some((name, filled(&text, &labels)?)))
            .collect();
        let Some(exp_annotations) = annotations else {
            return Tests {
                promql_expr_test: vec![firing_test(alert.name, firing.map(|_| labels), at)],
                ..Tests::default()
            };
        };
        let expected = firing.map(|_| ExpectedAlert {
            exp_labels: labels,
            exp_annotations,
        });
        Tests {
            alert_rule_test: vec![AlertTest {
                eval_time: duration(at),
                alertname: alert.name.to_owned(),
                exp_alerts: expected.into_iter().collect(),
            }],
            ..Tests::default()
        }
    }
}

/// Returns an assertion on the `ALERTS` series, which Prometheus adds for firing alerts.
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

/// Returns the assertion that an alert fires with any labels, or stays quiet.
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

/// Whether a value is the same in an address.
fn is_unreserved(value: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().all(is_unreserved)
}

/// Returns a template with its labels replaced; `None` if it uses anything else than labels.
fn filled(template: &str, labels: &BTreeMap<String, String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, action)) = rest.split_once("{{") {
        let (action, after) = action.split_once("}}")?;
        filled.push_str(before);
        let label = action.trim().strip_prefix("$labels.")?;
        let (label, is_escaped) = match label.strip_suffix(" | urlquery") {
            Some(label) => (label, true),
            None => (label, false),
        };
        // A label that the alert does not have is an empty value in an address.
        let value = labels.get(label).map(String::as_str);
        let value = if is_escaped {
            value.or(Some("")).filter(|value| is_unreserved(value))
        } else {
            value
        };
        filled.push_str(value?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}
