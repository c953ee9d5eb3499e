//! Cases of objectives: calls that meet or miss them.

use std::{collections::BTreeMap, time::Duration};

use super::{
    ExprTest, TestCase, Tests, firing_test,
    load::{Change, Load, only},
    measures::{WHOLE, value_series_name},
};
use crate::{
    families::Families,
    objective::{BURNS, Burn, budget, outcome_label},
};
use glyph_core::catalog::{Indicator, ObjectiveDescriptor};

/// The time of evaluation, at which the rates over all windows have samples.
const SETTLED: Duration = Duration::from_secs(20 * 60);

/// The part of the budget that is spent, and which alerts fire.
const SPENDINGS: [(&str, Spending, [bool; 2]); 3] = [
    ("fails altogether", Spending::Everything, [true, true]),
    (
        "spends twice its budget",
        Spending::Budget(2.0),
        [false, true],
    ),
    (
        "spends half its budget",
        Spending::Budget(0.5),
        [false, false],
    ),
];

#[derive(Clone, Copy)]
enum Spending {
    Everything,
    Budget(f64),
}

impl Families {
    pub(super) fn objective_cases(&self, objective: &ObjectiveDescriptor) -> Vec<TestCase> {
        let budget = budget(objective);
        let cases = SPENDINGS.into_iter().filter_map(|(name, spending, fires)| {
            let bad = match spending {
                Spending::Everything => 1.0,
                Spending::Budget(times) => (times * budget).min(1.0),
            };
            let load = self.objective_load(objective, bad)?;
            let at = SETTLED + objective.pending;
            let tests = BURNS
                .iter()
                .zip(fires)
                .map(|(burn, fires)| burn_test(burn, objective, fires.then_some(&load.labels), at));
            let name = format!("{} {name}", objective.name);
            let tests = Tests {
                promql_expr_test: tests.collect(),
                ..Tests::default()
            };
            Some(load.case(name, tests, at))
        });
        cases.collect()
    }

    /// Returns series of calls of which the share `bad` is bad.
    fn objective_load(&self, objective: &ObjectiveDescriptor, bad: f64) -> Option<Load> {
        let over = Duration::from_secs(300);
        let by = &self.grouping_labels(objective.by);
        match objective.indicator {
            Indicator::Latency { of, threshold } => {
                Some(self.histogram_load(self.find(of)?, of, over, by, threshold, 1.0 - bad))
            }
            Indicator::Errors { errors, of } => self.ratio_load(errors, of, bad, over, by),
            Indicator::Outcome { of } => {
                let metric = self.find(of)?;
                let label = outcome_label(metric)?;
                let mut labels = self.labels_inside(metric, of);
                let mut load = Load::new(over, only(&labels, by));
                let ends = [(label.bad.first().copied(), bad), (label.good, 1.0 - bad)];
                for (value, share) in ends {
                    labels.insert(label.name.to_owned(), value?.to_owned());
                    load = load.with(
                        &value_series_name(metric),
                        &labels,
                        Change::Rate(WHOLE * share),
                    );
                }
                Some(load)
            }
        }
    }
}

fn burn_test(
    burn: &Burn,
    objective: &ObjectiveDescriptor,
    firing: Option<&BTreeMap<String, String>>,
    at: Duration,
) -> ExprTest {
    let labels = firing.map(|own| {
        let mut labels = own.clone();
        labels.extend(burn.labels(objective));
        labels
    });
    firing_test(&burn.alert(objective), labels, at)
}
