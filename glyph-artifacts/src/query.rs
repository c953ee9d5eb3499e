//! PromQL expressions of alert conditions.

use std::time::Duration;

use crate::{
    families::Families,
    promql::{Expr, Grouping, Window},
};
use glyph_core::catalog::{
    Aggregate, AlertDescriptor, Comparison, Condition, Measure, MetricDescriptor, Selection,
};

/// How long series that are absent were expected to come back.
const DAY: Duration = Duration::from_secs(24 * 3600);

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
            Condition::Absent { of, over } => self
                .absence_of(of, over.map(|over| self.time(over)))
                .to_string(),
            Condition::Expression { promql, .. } => promql.trim().to_owned(),
        }
    }

    /// Returns the absence of series, for each job and environment that had them in the last day;
    /// without these labels if nothing had them.
    fn absence_of(&self, of: Selection, over: Option<Duration>) -> Expr {
        let series = || self.value_series(of);
        let memory = match over {
            Some(over) if over >= DAY => over + DAY,
            _ => DAY,
        };
        let by = self.grouping_labels(&Self::matched_labels(of));
        let known = Expr::call("present_over_time", [Expr::Range(series(), memory.into())]);
        let now = match over {
            None => Expr::Instant(series()),
            Some(over) => Expr::call("present_over_time", [Expr::Range(series(), over.into())]),
        };
        let [known, now] = [known, now].map(|of| of.aggregate("group", Grouping::by(&by)));
        let never = Expr::call("absent_over_time", [Expr::Range(series(), memory.into())]);
        known.binary("unless", now).binary("or", never)
    }

    /// Returns the labels of which a selection names one value.
    pub(super) fn matched_labels(of: Selection) -> Vec<&'static str> {
        let single = of.matchers.iter();
        let single = single.filter(|matcher| matcher.equal && matcher.values.len() == 1);
        let mut labels: Vec<&str> = single.map(|matcher| matcher.label).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
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
