//! Dashboard panels as they are declared.

use super::Aggregate;

/// A dashboard panel declared by `#[panel(..)]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanelDescriptor {
    /// The title. Default: derived from the metric name.
    pub title: Option<&'static str>,
    /// The row of the dashboard. Default: the row of its stage or of its kind.
    pub row: Option<&'static str>,
    /// Grafana's name of the unit. Default: the metric's unit.
    pub unit: Option<&'static str>,
    /// The form. Default: depends on the kind of the metric.
    pub form: Option<PanelForm>,
    /// The labels to group by: one line for each combination of their values.
    pub by: &'static [&'static str],
    /// The operator that combines the series of a gauge. Default: that of the metric.
    pub aggregate: Option<Aggregate>,
    /// The quantiles of a histogram, from 0 to 1. Default: 0.5, 0.95 and 0.99.
    pub quantiles: &'static [f64],
    /// The thresholds, in rising order.
    pub thresholds: &'static [Threshold],
    /// Whether the metric has no panel.
    pub hidden: bool,
}

/// The form of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelForm {
    /// One number.
    Stat,
    /// Lines over time.
    TimeSeries,
    /// A dial.
    Gauge,
    /// Buckets over time.
    Heatmap,
}

/// A value at which the color changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The color: `green`, `yellow`, `orange`, `red` or `blue`.
    pub color: &'static str,
    /// The value, in the unit of the panel.
    pub from: f64,
}
