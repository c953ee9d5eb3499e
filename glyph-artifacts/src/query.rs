//! PromQL expressions of alert conditions.

use crate::{
    families::Families,
    promql::{Expr, Grouping, Window},
};
use glyph_core::catalog::{
    Aggregate, AlertDescriptor, Comparison, Condition, Measure, MetricDescriptor, Selection,
};

impl Families {
    /// Returns the expression that has samples while the condition of an alert holds.
    pub(super) fn condition(&self, alert: &AlertDescriptor) -> String {
        match alert.condition {
            Condition::Compare {
                measure,
                comparison,
                threshold,
            } => self
                .measure(measure, comparison, alert)
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

    fn measure(&self, measure: Measure, comparison: Comparison, alert: &AlertDescriptor) -> Expr {
        let by = &self.grouping_labels(alert.by);
        let window = |over| Window::from(self.time(over));
        match measure {
            Measure::Value(of) => self.compared_value(of, comparison, alert),
            Measure::Quantile { quantile, of, over } => {
                Expr::quantile(quantile, Self::bucket_series(of).rate(window(over)), by)
            }
            Measure::Rate { of, over } => self.value_series(of).rate(window(over)).sum_by(by),
            Measure::Increase { of, over } => {
                self.value_series(of).increase(window(over)).sum_by(by)
            }
            Measure::Ratio { part, whole, over } => match alert.aggregate {
                Some(aggregate) => {
                    let replica = &self.replica_labels(alert.by);
                    let ratio = self.divided(part, window(over), replica).per(self.divided(
                        whole,
                        window(over),
                        replica,
                    ));
                    combined(ratio, aggregate, &Grouping::by(by))
                }
                None => {
                    self.divided(part, window(over), by)
                        .per(self.divided(whole, window(over), by))
                }
            },
        }
    }

    /// Returns the value of a gauge. Unless the alert groups or combines, each series stays, and
    /// only those of scopes are combined.
    fn compared_value(
        &self,
        of: Selection,
        comparison: Comparison,
        alert: &AlertDescriptor,
    ) -> Expr {
        let series = Expr::Instant(self.value_series(of));
        let aggregate = alert.aggregate.unwrap_or_else(|| {
            let metric = self.find(of);
            metric.map_or(Aggregate::Sum, |metric| {
                metric.aggregate_for(Some(comparison))
            })
        });
        if alert.aggregate.is_some() || !alert.by.is_empty() {
            let by = self.grouping_labels(alert.by);
            return combined(series, aggregate, &Grouping::by(&by));
        }
        match self.summed_labels(of).as_slice() {
            [] => series,
            scope => combined(series, aggregate, &Grouping::without(scope)),
        }
    }

    /// One side of a ratio.
    pub(super) fn divided(&self, of: Selection, over: Window, by: &[&str]) -> Expr {
        let series = self.value_series(of);
        match self.find(of) {
            Some(metric) if self.is_gauge(of) => combined_value(series, metric, None, by),
            _ => series.rate(over).sum_by(by),
        }
    }
}

/// Returns the value of a gauge for each combination of `by`, combined as `aggregate` or else the
/// metric says.
pub(super) fn combined_value(
    series: crate::promql::Selector,
    metric: &MetricDescriptor,
    aggregate: Option<Aggregate>,
    by: &[&str],
) -> Expr {
    let aggregate = aggregate.unwrap_or_else(|| metric.aggregate_for(None));
    combined(Expr::Instant(series), aggregate, &Grouping::by(by))
}

/// Returns the combination of series.
fn combined(of: Expr, aggregate: Aggregate, grouping: &Grouping) -> Expr {
    let operator = match aggregate {
        Aggregate::Sum => "sum",
        Aggregate::Avg => "avg",
        Aggregate::Max => "max",
        Aggregate::Min => "min",
        // PromQL has no such operator. The outer one only removes labels: each group has one
        // series.
        Aggregate::Last => {
            let scraped = Expr::call("timestamp", [of.clone()]);
            let newest = scraped.highest(1, grouping.clone());
            return of.binary("and", newest).aggregate("max", grouping.clone());
        }
    };
    of.aggregate(operator, grouping.clone())
}
