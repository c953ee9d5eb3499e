//! PromQL expressions of alert conditions.

use crate::{
    families::Families,
    promql::{Expr, Window},
};
use glyph_core::catalog::{Condition, Measure, Selection};

impl Families {
    /// Returns the expression that has samples while the condition of an alert holds.
    pub(super) fn condition(&self, condition: &Condition, by: &[&str]) -> String {
        match *condition {
            Condition::Compare {
                measure,
                comparison,
                threshold,
            } => self
                .measure(measure, by)
                .compared(comparison.operator(), crate::numbers::rounded(threshold))
                .to_string(),
            Condition::Absent { of, over } => {
                let series = self.value_series(of);
                let absent = match over {
                    None => Expr::call("absent", [Expr::Instant(series)]),
                    Some(over) => {
                        let over = self.time(over).into();
                        Expr::call("absent_over_time", [Expr::Range(series, over)])
                    }
                };
                absent.to_string()
            }
            Condition::Expression { promql, .. } => promql.trim().to_owned(),
        }
    }

    fn measure(&self, measure: Measure, by: &[&str]) -> Expr {
        if let (Measure::Value(of), []) = (measure, by) {
            let series = Expr::Instant(self.value_series(of));
            return match self.summed_labels(of).as_slice() {
                [] => series,
                scope => series.sum_without(scope),
            };
        }
        let by = &self.grouping_labels(by);
        let window = |over| Window::from(self.time(over));
        match measure {
            Measure::Value(of) => Expr::Instant(self.value_series(of)).sum_by(by),
            Measure::Quantile { quantile, of, over } => {
                Expr::quantile(quantile, Self::bucket_series(of).rate(window(over)), by)
            }
            Measure::Rate { of, over } => self.value_series(of).rate(window(over)).sum_by(by),
            Measure::Increase { of, over } => {
                self.value_series(of).increase(window(over)).sum_by(by)
            }
            Measure::Ratio { part, whole, over } => self
                .divided(part, window(over), by)
                .per(self.divided(whole, window(over), by)),
        }
    }

    /// One side of a ratio.
    pub(super) fn divided(&self, of: Selection, over: Window, by: &[&str]) -> Expr {
        let series = self.value_series(of);
        if self.is_gauge(of) {
            Expr::Instant(series).sum_by(by)
        } else {
            series.rate(over).sum_by(by)
        }
    }
}
