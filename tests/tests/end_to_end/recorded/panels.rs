//! The queries of the dashboard over recorded series.

use std::time::Duration;

use glyph_runtime::{artifacts::Artifacts, catalog::CatalogDescriptor};
use promql_parser::parser::{self, Expr};
use serde_json::Value;

use super::{
    cases::{self, EVALUATION},
    timeline::{END, Timeline},
};
use crate::{
    api::{Labels, array, labels, text},
    evaluator::{Database, evaluate},
    questions::Question,
};

/// The window of rates: four scrapes.
const RATE_INTERVAL: &str = "1m";

/// When queries are compared: soon after the phase of failures begins, and in the end.
const TIMES: [Duration; 2] = [Duration::from_secs(120), END];

/// The number of decimal places that the results of promtool and of the evaluator must share.
const PLACES: i32 = 6;

/// A query of a panel and what it must return.
pub(super) struct Panel {
    title: String,
    promql: String,
    expr: Expr,
}

impl Panel {
    pub(super) fn all(artifacts: &Artifacts) -> Vec<Self> {
        let dashboard = artifacts.dashboard().unwrap();
        let questions = Question::all(&dashboard, RATE_INTERVAL).into_iter();
        let panels = questions.map(|question| {
            let promql = question.selecting_all();
            Self {
                expr: parser::parse(&promql).unwrap(),
                title: question.title,
                promql,
            }
        });
        panels.collect()
    }

    /// Returns the results at all times.
    fn results(&self, database: &Database) -> Vec<Vec<(Labels, f64)>> {
        let results = TIMES.map(|at| {
            let at = i64::try_from(at.as_millis()).unwrap();
            let mut result = evaluate(&self.expr, database, at.into());
            for (labels, _) in &mut result {
                labels.remove("__name__");
            }
            result
        });
        results.into()
    }

    /// Fails if the query returns nothing or no number, or the same in both recordings.
    pub(super) fn is_telling(&self, databases: [&Database; 2]) {
        let [healthy, failing] = databases.map(|database| self.results(database));
        let Self { title, promql, .. } = self;
        for result in healthy.iter().chain(&failing) {
            let is_finite = result.iter().all(|(_, value)| value.is_finite());
            assert!(
                !result.is_empty() && is_finite,
                "{title}: {promql}\n{result:?}"
            );
        }
        assert_ne!(healthy, failing, "{title}: {promql}");
    }

    /// Asserts that promtool has the results of the evaluator.
    pub(super) fn assertions(&self, database: &Database) -> Vec<Value> {
        let results = TIMES.into_iter().zip(self.results(database));
        let assertions = results.map(|(at, result)| {
            let step = rounding(&result);
            let expr = format!("round({}, {step})", self.promql);
            let rounded = result
                .into_iter()
                .map(|(labels, value)| (labels, round(value, step)));
            cases::result(&expr, at, "", rounded.collect())
        });
        assertions.collect()
    }
}

/// Returns the step to which results are rounded: promtool compares all digits, and sums have other
/// last ones in another order.
fn rounding(result: &[(Labels, f64)]) -> f64 {
    let highest = result.iter().map(|(_, value)| value.abs());
    let highest = highest.fold(1e-6, f64::max);
    #[expect(clippy::cast_possible_truncation, reason = "a small exponent")]
    let exponent = highest.log10().floor() as i32;
    let step = format!("1e{}", exponent - PLACES);
    step.parse().unwrap()
}

/// Rounds as Prometheus does.
fn round(value: f64, step: f64) -> f64 {
    let inverse = 1.0 / step;
    (value * inverse + 0.5).floor() / inverse
}

/// Adds the results of the recording rules, as Prometheus evaluates them.
pub(super) fn with_recorded(rules: &Value, recording: &Timeline) -> Database {
    let mut database = recording.database();
    let groups = array(&rules["groups"]).iter();
    let rules = groups.flat_map(|group| array(&group["rules"]));
    let rules = rules.filter_map(|rule| {
        let expr = parser::parse(text(&rule["expr"])).unwrap();
        Some((rule["record"].as_str()?, labels(&rule["labels"]), expr))
    });
    let rules: Vec<(&str, Labels, Expr)> = rules.collect();
    let end = i64::try_from(END.as_millis()).unwrap();
    let step = usize::try_from(EVALUATION.as_millis()).unwrap();
    for time in (0..=end).step_by(step) {
        for (name, labels, expr) in &rules {
            let result = evaluate(expr, &database, time.into());
            database.recorded(name, labels, time, result);
        }
    }
    database
}

/// Fails if a panel shows a metric that has none.
pub(super) fn leave_hidden_metrics_out(panels: &[Panel], catalog: &CatalogDescriptor) {
    let hidden = catalog.metrics.iter();
    let hidden = hidden.filter(|metric| metric.panel.is_some_and(|panel| panel.hidden));
    let names: Vec<&str> = hidden.map(|metric| metric.name).collect();
    assert!(!names.is_empty(), "a metric is hidden");
    for Panel { promql, .. } in panels {
        let shown = names.iter().find(|name| promql.contains(**name));
        assert_eq!(shown, None, "{promql}");
    }
}
