//! What a metric is shown as.

use super::{
    promql::{self, Query},
    spoken,
};
use crate::{families::Families, objective};
use glyph_core::catalog::{
    CatalogDescriptor, Indicator, Kind, MetricDescriptor, ObjectiveDescriptor, PanelDescriptor,
    PanelForm, Threshold, Unit,
};

/// Where no panel says otherwise.
const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];

/// Where no panel says otherwise.
const UNSAID: PanelDescriptor = PanelDescriptor {
    title: None,
    row: None,
    unit: None,
    form: None,
    by: &[],
    quantiles: &[],
    thresholds: &[],
    hidden: false,
};

/// A panel, before it is put anywhere.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) form: PanelForm,
    /// By Grafana's name for it.
    pub(super) unit: String,
    pub(super) queries: Vec<Query>,
    pub(super) thresholds: Vec<Threshold>,
    /// Whether it is never below zero.
    pub(super) from_zero: bool,
    /// The stage whose spans are behind what it shows.
    pub(super) stage: Option<&'static str>,
}

/// The panels of a metric.
pub(super) fn panels(
    families: &Families,
    catalog: &CatalogDescriptor,
    metric: &'static MetricDescriptor,
    scope: &[String],
) -> Vec<Panel> {
    let said = metric.panel.unwrap_or(&UNSAID);
    if said.hidden {
        return Vec::new();
    }
    let form = said.form.unwrap_or(PanelForm::TimeSeries);
    let stage = catalog
        .stages
        .iter()
        .find(|stage| stage.duration == metric.name);
    let queries = match (metric.kind, form) {
        (Kind::Histogram, PanelForm::Heatmap) => vec![promql::heat(metric, scope)],
        (Kind::Histogram, _) => {
            let quantiles: &[f64] = match said.quantiles {
                [] => &QUANTILES,
                quantiles => quantiles,
            };
            promql::quantiles(metric, quantiles, &lines(metric, said, form), scope)
        }
        (Kind::Counter, _) => vec![promql::rate(
            families,
            metric,
            &lines(metric, said, form),
            scope,
        )],
        (Kind::Gauge, _) => vec![promql::value(
            families,
            metric,
            &lines(metric, said, form),
            scope,
        )],
    };
    let own = Panel {
        title: said
            .title
            .map_or_else(|| title(catalog, metric), str::to_owned),
        description: metric.help.to_owned(),
        form,
        unit: said.unit.map_or_else(|| unit(metric), str::to_owned),
        queries,
        thresholds: thresholds(metric, said),
        from_zero: metric.kind != Kind::Gauge,
        stage: stage.map(|stage| stage.name),
    };
    let failures = (form == PanelForm::TimeSeries)
        .then(|| failures(families, catalog, metric, scope))
        .flatten();
    std::iter::once(own).chain(failures).collect()
}

/// The share of calls that end badly, where a label of the counter tells.
fn failures(
    families: &Families,
    catalog: &CatalogDescriptor,
    metric: &'static MetricDescriptor,
    scope: &[String],
) -> Option<Panel> {
    if metric.kind != Kind::Counter {
        return None;
    }
    let outcome = objective::outcome_label(metric)?;
    let budget = metric.objectives.iter().find_map(|objective| {
        (!matches!(objective.indicator, Indicator::Latency { .. })).then(|| limit(objective))
    });
    Some(Panel {
        title: format!("{} that fail", title(catalog, metric)),
        description: format!("Share of `{}` that end badly.", metric.name),
        form: PanelForm::TimeSeries,
        unit: "percentunit".to_owned(),
        queries: vec![promql::failing(families, metric, &outcome, scope)],
        thresholds: budget.into_iter().collect(),
        from_zero: true,
        stage: None,
    })
}

/// What an objective measures, over the windows of its slow alert.
pub(super) fn objective(objective: &ObjectiveDescriptor, scope: &[String]) -> Panel {
    let target = crate::numbers::percent(objective.target);
    Panel {
        title: format!("{} ({target})", objective.name),
        description: format!(
            "Share of calls that miss the objective; {target} of them are to meet it."
        ),
        form: PanelForm::TimeSeries,
        unit: "percentunit".to_owned(),
        queries: promql::missed(objective, scope),
        thresholds: vec![limit(objective)],
        from_zero: true,
        stage: None,
    }
}

/// From the share on that an objective's budget allows, all is red.
fn limit(objective: &ObjectiveDescriptor) -> Threshold {
    Threshold {
        color: "red",
        from: objective::budget(objective),
    }
}

/// Those of the panel, or the bounds that the metric's objectives draw.
fn thresholds(metric: &MetricDescriptor, said: &PanelDescriptor) -> Vec<Threshold> {
    if !said.thresholds.is_empty() {
        return said.thresholds.to_vec();
    }
    let bounds = metric.objectives.iter().filter_map(|objective| {
        let Indicator::Latency { threshold, .. } = objective.indicator else {
            return None;
        };
        Some(Threshold {
            color: "red",
            from: threshold,
        })
    });
    let lowest = bounds.min_by(|left, right| left.from.total_cmp(&right.from));
    lowest.into_iter().collect()
}

/// The labels with a line each: those that the panel names, or, over time, the closed ones. How calls ended is
/// shown by a panel of its own.
fn lines(metric: &MetricDescriptor, said: &PanelDescriptor, form: PanelForm) -> Vec<&'static str> {
    if !said.by.is_empty() || form != PanelForm::TimeSeries {
        return said.by.to_vec();
    }
    let closed = metric
        .labels
        .iter()
        .filter(|label| label.outcomes.is_none());
    closed
        .filter(|label| matches!(label.values, glyph_core::label::LabelValues::Closed(_)))
        .map(|label| label.name)
        .collect()
}

fn title(catalog: &CatalogDescriptor, metric: &MetricDescriptor) -> String {
    let name = metric.otel_name;
    let own = name
        .strip_prefix(catalog.namespace)
        .map_or(name, |own| own.trim_start_matches('.'));
    spoken(own)
}

/// Grafana's name for the unit of what is shown: of a counter, how fast it rises.
fn unit(metric: &MetricDescriptor) -> String {
    let unit = match (metric.kind, metric.unit) {
        (Kind::Counter, Unit::None) => "cps",
        (Kind::Counter, Unit::Bytes) => "Bps",
        (Kind::Counter, Unit::Seconds) | (_, Unit::Ratio) => "percentunit",
        (_, Unit::Seconds) => "s",
        (_, Unit::Bytes) => "bytes",
        _ => "short",
    };
    unit.to_owned()
}
