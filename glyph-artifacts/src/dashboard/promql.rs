//! The Prometheus queries of panels.

use super::legend::{Differs, legend};
use crate::{
    families::{Families, PROCESS_START},
    numbers::percent,
    objective::{OutcomeLabel, budget_left, recorded_over},
    promql::{Expr, Selector, Window},
    query::combined_value,
};
use glyph_core::{
    catalog::{Aggregate, MetricDescriptor, ObjectiveDescriptor, Selection},
    label::LabelValues,
};

/// An expression with its legend.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) expr: Expr,
    pub(super) legend: String,
    /// Whether exemplars are shown, as points that link to traces.
    pub(super) exemplars: bool,
    pub(super) heatmap: bool,
}

impl Query {
    fn lines(expr: Expr, legend: impl Into<String>) -> Self {
        Self {
            expr,
            legend: legend.into(),
            exemplars: false,
            heatmap: false,
        }
    }
}

/// What the queries of a metric's panel have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) families: &'a Families,
    pub(super) metric: &'static MetricDescriptor,
    /// The labels of the dashboard's variables.
    pub(super) scope: &'a [String],
    /// The labels that tell series apart.
    pub(super) by: &'a [&'a str],
    /// What the series are called if there is one.
    pub(super) name: &'a str,
}

impl Subject<'_> {
    /// Returns the queries of quantiles of a histogram; of the mean if it has one bucket.
    ///
    /// Only the highest quantile shows exemplars: those of another one are the same.
    pub(super) fn quantiles(&self, quantiles: &[f64]) -> Vec<Query> {
        if self.metric.buckets.is_empty() {
            return vec![self.mean()];
        }
        let highest = quantiles.iter().copied().fold(f64::MIN, f64::max);
        let mut has_exemplars = false;
        let queries = quantiles.iter().map(|quantile| {
            let percentile = percent(*quantile);
            let name = format!("p{}", percentile.trim_end_matches('%'));
            let exemplars = quantile.total_cmp(&highest).is_eq() && !has_exemplars;
            has_exemplars |= exemplars;
            Query {
                exemplars,
                ..Query::lines(
                    Expr::quantile(*quantile, self.buckets().rate(interval()), self.by),
                    self.legend(&name, quantiles.len() > 1),
                )
            }
        });
        queries.collect()
    }

    fn mean(&self) -> Query {
        let part = |suffix: &str| {
            let series = Selector::new(format!("{}{suffix}", self.metric.name));
            filtered(series, self.scope)
                .rate(interval())
                .sum_by(self.by)
        };
        let mean = part("_sum").per(part("_count"));
        Query::lines(mean, self.legend("mean", false))
    }

    /// Returns the query of a histogram's heatmap.
    pub(super) fn heat(&self, exemplars: bool) -> Query {
        Query {
            exemplars,
            heatmap: true,
            ..Query::lines(
                self.buckets().increase(interval()).sum_by(&["le"]),
                "{{le}}",
            )
        }
    }

    /// Returns the query of a counter's rate.
    pub(super) fn rate(&self) -> Query {
        let rate = self.series().rate(interval()).sum_by(self.by);
        Query::lines(rate, self.legend(self.name, false))
    }

    /// Returns the query of a gauge's value.
    pub(super) fn value(&self, aggregate: Option<Aggregate>) -> Query {
        let value = combined_value(self.series(), self.metric, aggregate, self.by);
        Query::lines(value, self.legend(self.name, false))
    }

    /// Returns the query of the time since the point in time that a gauge has.
    pub(super) fn age(&self, aggregate: Option<Aggregate>) -> Query {
        let value = combined_value(self.series(), self.metric, aggregate, self.by);
        let age = Expr::call("time", []).binary("-", value);
        Query::lines(age, self.legend(self.name, false))
    }

    /// Returns the query of how often processes started. A counter of starts does not rise: each
    /// process counts one.
    pub(super) fn starts(&self) -> Query {
        // The start time of a process has the labels of its target alone.
        let scope = self.scope.iter().map(String::as_str);
        let scope = scope.filter(|label| self.families.is_target(label));
        let scope: Vec<String> = scope.map(str::to_owned).collect();
        let started = filtered(Selector::new(PROCESS_START), &scope);
        let changes = Expr::call("changes", [Expr::Range(started, interval())]);
        let none: [&str; 0] = [];
        Query::lines(changes.sum_by(&none), self.name)
    }

    /// Returns the query of the share of failed calls.
    pub(super) fn failing(&self, outcome: &OutcomeLabel) -> Query {
        let all = || self.series().rate(interval()).sum_by(self.by);
        let bad = self.series().equal(outcome.name, &outcome.bad);
        let bad = bad.rate(interval()).sum_by(self.by);
        let bad = if self.may_lack_series() {
            // Without a failure there is no series of failures, and the share is 0.
            bad.binary("or", Expr::Number(0.0).binary("*", all()))
        } else {
            bad
        };
        Query::lines(bad.per(all()), self.legend("failing", false))
    }

    /// Whether a combination of label values has no series until it is recorded.
    fn may_lack_series(&self) -> bool {
        let mut labels = self.metric.labels.iter();
        let is_open = labels.any(|label| !matches!(label.values, LabelValues::Closed(_)));
        self.metric.sparse || is_open || !self.families.scope(self.metric).is_empty()
    }

    fn series(&self) -> Selector {
        filtered(self.families.value_series(all(self.metric)), self.scope)
    }

    fn buckets(&self) -> Selector {
        filtered(Families::bucket_series(all(self.metric)), self.scope)
    }

    fn legend(&self, name: &str, queries: bool) -> String {
        let labels = self.by;
        legend(name, Differs { queries, labels }, Some(self.metric))
    }
}

/// Returns the query of what is left of an objective's budget.
pub(super) fn left(
    families: &Families,
    objective: &ObjectiveDescriptor,
    scope: &[String],
) -> Query {
    let labels = &families.grouping_labels(objective.by);
    let left = Expr::Instant(filtered(budget_left(objective), scope));
    let differs = Differs {
        queries: false,
        labels,
    };
    Query::lines(left, legend("left", differs, None))
}

/// Returns the queries of how many times too fast an objective's budget burns.
pub(super) fn burn(
    families: &Families,
    objective: &ObjectiveDescriptor,
    scope: &[String],
) -> Vec<Query> {
    let labels = &families.grouping_labels(objective.by);
    let queries = recorded_over(objective).map(|(window, series)| {
        let burn = Expr::Instant(filtered(series, scope));
        let differs = Differs {
            queries: true,
            labels,
        };
        Query::lines(burn, legend(&window, differs, None))
    });
    queries.collect()
}

/// Returns the window of rates, which Grafana computes from the resolution of the panel and the
/// scrape interval (Grafana, "Use `$__rate_interval`").
fn interval() -> Window {
    Window::variable("$__rate_interval")
}

fn all(metric: &MetricDescriptor) -> Selection {
    Selection {
        metric: metric.name,
        matchers: &[],
    }
}

/// Limits a selector to the values of the dashboard's variables.
fn filtered(selector: Selector, scope: &[String]) -> Selector {
    let matchers = scope.iter().map(|label| format!("{label}=~\"${label}\""));
    matchers.fold(selector, Selector::matching)
}
