//! The panels of a metric.

use super::{
    heading,
    promql::{self, Query},
};
use crate::{families::Families, objective};
use glyph_core::catalog::{
    CatalogDescriptor, Indicator, Kind, MetricDescriptor, ObjectiveDescriptor, PanelDescriptor,
    PanelForm, Threshold, Unit,
};

/// The quantiles of a histogram whose panel names none.
const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];

/// The settings of a metric without `#[panel(..)]`.
const DEFAULT_PANEL: PanelDescriptor = PanelDescriptor {
    title: None,
    row: None,
    unit: None,
    form: None,
    by: &[],
    aggregate: None,
    quantiles: &[],
    thresholds: &[],
    hidden: false,
};

/// A panel without its position.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) form: PanelForm,
    /// The unit, by its name in Grafana.
    pub(super) unit: String,
    pub(super) queries: Vec<Query>,
    pub(super) thresholds: Vec<Threshold>,
    /// Whether the axis starts at zero, as no value is negative.
    pub(super) from_zero: bool,
    /// The stage whose spans the panel links to.
    pub(super) stage: Option<&'static str>,
}

/// Returns the panels of a metric.
pub(super) fn panels(
    families: &Families,
    catalog: &CatalogDescriptor,
    metric: &'static MetricDescriptor,
    scope: &[String],
) -> Vec<Panel> {
    let settings = metric.panel.unwrap_or(&DEFAULT_PANEL);
    if settings.hidden {
        return Vec::new();
    }
    let form = settings.form.unwrap_or(PanelForm::TimeSeries);
    let stage = catalog
        .stages
        .iter()
        .find(|stage| stage.duration == metric.name);
    let queries = match (metric.kind, form) {
        (Kind::Histogram, PanelForm::Heatmap) => vec![promql::heat(metric, scope)],
        (Kind::Histogram, _) => {
            let quantiles: &[f64] = match settings.quantiles {
                [] => &QUANTILES,
                quantiles => quantiles,
            };
            promql::quantiles(metric, quantiles, &lines(metric, settings, form), scope)
        }
        (Kind::Counter, _) => vec![promql::rate(
            families,
            metric,
            &lines(metric, settings, form),
            scope,
        )],
        (Kind::Gauge, _) => vec![promql::value(
            families,
            metric,
            settings.aggregate,
            &lines(metric, settings, form),
            scope,
        )],
    };
    let own = Panel {
        title: settings
            .title
            .map_or_else(|| title(catalog, metric), str::to_owned),
        description: metric.help.to_owned(),
        form,
        unit: settings.unit.map_or_else(|| unit(metric), str::to_owned),
        queries,
        thresholds: thresholds(metric, settings),
        from_zero: metric.kind != Kind::Gauge,
        stage: stage.map(|stage| stage.name),
    };
    let failures = (form == PanelForm::TimeSeries)
        .then(|| failures(families, catalog, metric, scope))
        .flatten();
    std::iter::once(own).chain(failures).collect()
}

/// Returns the panel of the share of failed calls, if the counter has an outcome label.
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
        description: format!("Share of `{}` that failed.", metric.name),
        form: PanelForm::TimeSeries,
        unit: "percentunit".to_owned(),
        queries: vec![promql::failing(families, metric, &outcome, scope)],
        thresholds: budget.into_iter().collect(),
        from_zero: true,
        stage: None,
    })
}

/// Returns the panel of an objective: the recorded shares of bad calls.
pub(super) fn objective(
    families: &Families,
    objective: &ObjectiveDescriptor,
    scope: &[String],
) -> Panel {
    let target = crate::numbers::percent(objective.target);
    Panel {
        title: format!("{} ({target})", objective.name),
        description: format!("Share of calls that miss the objective. Target: {target} meet it."),
        form: PanelForm::TimeSeries,
        unit: "percentunit".to_owned(),
        queries: promql::missed(families, objective, scope),
        thresholds: vec![limit(objective)],
        from_zero: true,
        stage: None,
    }
}

/// Returns the threshold at the error budget of an objective: higher shares are red.
fn limit(objective: &ObjectiveDescriptor) -> Threshold {
    Threshold {
        color: "red",
        from: objective::budget(objective),
    }
}

/// Returns the thresholds of the panel, or else the lowest bound of the metric's latency
/// objectives.
fn thresholds(metric: &MetricDescriptor, settings: &PanelDescriptor) -> Vec<Threshold> {
    if !settings.thresholds.is_empty() {
        return settings.thresholds.to_vec();
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

/// Returns the labels whose combinations have a line each: those of the panel or, in time series,
/// the closed labels. The outcome label is not among these: failures have a separate panel.
fn lines(
    metric: &MetricDescriptor,
    settings: &PanelDescriptor,
    form: PanelForm,
) -> Vec<&'static str> {
    if !settings.by.is_empty() || form != PanelForm::TimeSeries {
        return settings.by.to_vec();
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

/// Returns the title of a panel: the metric name without the namespace.
fn title(catalog: &CatalogDescriptor, metric: &MetricDescriptor) -> String {
    let name = metric.otel_name;
    let own = name
        .strip_prefix(catalog.namespace)
        .map_or(name, |own| own.trim_start_matches('.'));
    heading(own)
}

/// Returns Grafana's name for the unit of the panel. A counter is shown as a rate.
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
