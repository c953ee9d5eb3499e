//! Rules with other thresholds, which must fail the cases of the right ones.

use std::collections::BTreeSet;

use promql_parser::parser::{
    self, Expr,
    token::{T_EQLC, T_GTE, T_GTR, T_LAND, T_LOR, T_LSS, T_LTE, T_NEQ},
};
use serde_json::Value;

use super::timeline::END;
use crate::evaluator::{Database, evaluate};

/// Where thresholds are moved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// No recorded value meets it.
    OutOfReach,
    /// Every recorded value meets it.
    Reached,
}

/// Further away than any recorded value.
const FAR: f64 = 1e18;

/// Moves the thresholds of all alerts whose condition is a comparison with numbers. Returns the names
/// of these alerts.
pub(crate) fn move_thresholds(
    rules: &mut Value,
    to: Threshold,
    recorded: &Database,
) -> BTreeSet<String> {
    let mut moved = BTreeSet::new();
    let groups = rules["groups"].as_array_mut().unwrap().iter_mut();
    let rules = groups.flat_map(|group| group["rules"].as_array_mut().unwrap());
    for rule in rules {
        let Some(alert) = rule["alert"].as_str().map(str::to_owned) else {
            continue;
        };
        let mut expr = parser::parse(rule["expr"].as_str().unwrap()).unwrap();
        if (Moving { to, recorded }).visit(&mut expr) {
            rule["expr"] = expr.to_string().into();
            moved.insert(alert);
        }
    }
    moved
}

struct Moving<'database> {
    to: Threshold,
    recorded: &'database Database,
}

impl Moving<'_> {
    /// Moves the numbers in an expression of comparisons. Returns `false` for another expression.
    fn visit(&self, expr: &mut Expr) -> bool {
        match expr {
            Expr::Paren(paren) => self.visit(&mut paren.expr),
            Expr::Binary(binary) if [T_LAND, T_LOR].contains(&binary.op.id()) => {
                self.visit(&mut binary.lhs) && self.visit(&mut binary.rhs)
            }
            Expr::Binary(binary) => {
                let Expr::NumberLiteral(threshold) = &mut *binary.rhs else {
                    return false;
                };
                let is_wanted = self.to == Threshold::Reached;
                let far = if is_wanted { -FAR } else { FAR };
                threshold.val = match binary.op.id() {
                    T_GTR | T_GTE => far,
                    T_LSS | T_LTE => -far,
                    T_EQLC if is_wanted => self.measured(&binary.lhs, threshold.val),
                    T_NEQ if !is_wanted => self.measured(&binary.lhs, threshold.val),
                    T_EQLC | T_NEQ => FAR,
                    _ => return false,
                };
                true
            }
            _ => false,
        }
    }

    /// Returns a value that an expression has in the end, other than the threshold.
    fn measured(&self, expr: &Expr, threshold: f64) -> f64 {
        let at = i64::try_from(END.as_millis()).unwrap();
        let result = evaluate(expr, self.recorded, at.into());
        let mut values = result.into_iter().map(|(_, value)| value);
        #[expect(clippy::float_cmp, reason = "an equal value meets the threshold")]
        let other = values.find(|value| *value != threshold);
        other.unwrap_or_else(|| panic!("{expr} is always {threshold}"))
    }
}

/// Returns the alerts that an output of promtool names.
pub(super) fn failed(output: &str) -> BTreeSet<String> {
    let parts = output.split("expr: \"ALERTS{alertname=\\\"").skip(1);
    let names = parts.filter_map(|rest| rest.split_once("\\\""));
    names.map(|(name, _)| name.to_owned()).collect()
}
