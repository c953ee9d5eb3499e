//! What panels ask Prometheus.

use crate::{
    families::Families,
    numbers::percent,
    objective::{OutcomeLabel, recorded_over},
    promql::{Expr, Selector, Window},
};
use glyph_core::catalog::{MetricDescriptor, ObjectiveDescriptor, Selection};

/// An expression and how its lines are called.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) expr: Expr,
    pub(super) legend: String,
    /// Whether traces are shown as points.
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

pub(super) fn quantiles(
    metric: &MetricDescriptor,
    quantiles: &[f64],
    by: &[&str],
    scope: &[String],
) -> Vec<Query> {
    let queries = quantiles.iter().map(|quantile| {
        let buckets = within(Families::buckets(all(metric)), scope);
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

pub(super) fn heat(metric: &MetricDescriptor, scope: &[String]) -> Query {
    let buckets = within(Families::buckets(all(metric)), scope);
    Query {
        exemplars: true,
        heatmap: true,
        ..Query::lines(buckets.increase(interval()).sum_by(&["le"]), "{{le}}")
    }
}

pub(super) fn rate(
    families: &Families,
    metric: &MetricDescriptor,
    by: &[&str],
    scope: &[String],
) -> Query {
    let series = within(families.counted(all(metric)), scope);
    Query::lines(series.rate(interval()).sum_by(by), legend("", by))
}

pub(super) fn value(
    families: &Families,
    metric: &MetricDescriptor,
    by: &[&str],
    scope: &[String],
) -> Query {
    let series = within(families.counted(all(metric)), scope);
    Query::lines(Expr::Instant(series).sum_by(by), legend("", by))
}

pub(super) fn failing(
    families: &Families,
    metric: &MetricDescriptor,
    outcome: &OutcomeLabel,
    scope: &[String],
) -> Query {
    let series = || within(families.counted(all(metric)), scope);
    let bad = series().equal(outcome.name, &outcome.bad);
    let none: [&str; 0] = [];
    let share = bad
        .rate(interval())
        .sum_by(&none)
        .per(series().rate(interval()).sum_by(&none));
    Query::lines(share, "failing")
}

pub(super) fn missed(objective: &ObjectiveDescriptor, scope: &[String]) -> Vec<Query> {
    let queries = recorded_over(objective).map(|(window, series)| {
        let missed = Expr::Instant(within(series, scope));
        Query::lines(missed, legend(&format!("over {window}"), objective.by))
    });
    queries.collect()
}

/// What the time between two points of a panel and the scrapes allow (Grafana, "Use `$__rate_interval`").
fn interval() -> Window {
    Window::variable("$__rate_interval")
}

fn all(metric: &MetricDescriptor) -> Selection {
    Selection {
        metric: metric.name,
        matchers: &[],
    }
}

/// Only what the variables choose.
fn within(selector: Selector, scope: &[String]) -> Selector {
    let matchers = scope.iter().map(|label| format!("{label}=~\"${label}\""));
    matchers.fold(selector, Selector::matching)
}

fn legend(name: &str, by: &[&str]) -> String {
    let labels = by.iter().map(|label| format!("{{{{{label}}}}}"));
    let words = Some(name.to_owned()).filter(|name| !name.is_empty());
    let words: Vec<String> = words.into_iter().chain(labels).collect();
    if words.is_empty() {
        // Without a legend, Grafana writes the whole expression.
        "all".to_owned()
    } else {
        words.join(" ")
    }
}
