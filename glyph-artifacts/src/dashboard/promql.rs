//! The Prometheus queries of panels.

use crate::{
    families::Families,
    numbers::percent,
    objective::{OutcomeLabel, recorded_over},
    promql::{Expr, Selector, Window},
    query::combined_value,
};
use glyph_core::catalog::{Aggregate, MetricDescriptor, ObjectiveDescriptor, Selection};

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

/// Returns the queries of quantiles of a histogram.
pub(super) fn quantiles(
    metric: &MetricDescriptor,
    quantiles: &[f64],
    by: &[&str],
    scope: &[String],
) -> Vec<Query> {
    let queries = quantiles.iter().map(|quantile| {
        let buckets = filtered(Families::bucket_series(all(metric)), scope);
        let percentile = percent(*quantile);
        let name = format!("p{}", percentile.trim_end_matches('%'));
        Query {
            exemplars: true,
            ..Query::lines(
                Expr::quantile(*quantile, buckets.rate(interval()), by),
                legend(&name, by),
            )
        }
    });
    queries.collect()
}

/// Returns the query of a histogram's heatmap.
pub(super) fn heat(metric: &MetricDescriptor, scope: &[String]) -> Query {
    let buckets = filtered(Families::bucket_series(all(metric)), scope);
    Query {
        exemplars: true,
        heatmap: true,
        ..Query::lines(buckets.increase(interval()).sum_by(&["le"]), "{{le}}")
    }
}

/// Returns the query of a counter's rate.
pub(super) fn rate(
    families: &Families,
    metric: &MetricDescriptor,
    by: &[&str],
    scope: &[String],
) -> Query {
    let series = filtered(families.value_series(all(metric)), scope);
    Query::lines(series.rate(interval()).sum_by(by), legend("", by))
}

/// Returns the query of a gauge's value.
pub(super) fn value(
    families: &Families,
    metric: &MetricDescriptor,
    aggregate: Option<Aggregate>,
    by: &[&str],
    scope: &[String],
) -> Query {
    let series = filtered(families.value_series(all(metric)), scope);
    let value = combined_value(series, metric, aggregate, by);
    Query::lines(value, legend("", by))
}

/// Returns the query of the share of failed calls.
pub(super) fn failing(
    families: &Families,
    metric: &MetricDescriptor,
    outcome: &OutcomeLabel,
    scope: &[String],
) -> Query {
    let series = || filtered(families.value_series(all(metric)), scope);
    let bad = series().equal(outcome.name, &outcome.bad);
    let none: [&str; 0] = [];
    let share = bad
        .rate(interval())
        .sum_by(&none)
        .per(series().rate(interval()).sum_by(&none));
    Query::lines(share, "failing")
}

/// Returns the queries of the shares of calls that miss an objective.
pub(super) fn missed(
    families: &Families,
    objective: &ObjectiveDescriptor,
    scope: &[String],
) -> Vec<Query> {
    let labels = families.grouping_labels(objective.by);
    let queries = recorded_over(objective).map(|(window, series)| {
        let missed = Expr::Instant(filtered(series, scope));
        Query::lines(missed, legend(&format!("over {window}"), &labels))
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

fn legend(name: &str, by: &[&str]) -> String {
    let labels = by.iter().map(|label| format!("{{{{{label}}}}}"));
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    let parts: Vec<String> = name.into_iter().chain(labels).collect();
    if parts.is_empty() {
        // Without a legend, Grafana shows the whole expression.
        "all".to_owned()
    } else {
        parts.join(" ")
    }
}
