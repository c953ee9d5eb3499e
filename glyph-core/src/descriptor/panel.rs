//! Dashboard panels as they are declared.

/// A dashboard panel declared by `#[panel(..)]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanelDescriptor {
    /// The title. Default: made of the metric's name.
    pub title: Option<&'static str>,
    /// The row of the dashboard. Default: that of its stage, or of its kind.
    pub row: Option<&'static str>,
    /// Grafana's name of the unit. Default: the metric's unit.
    pub unit: Option<&'static str>,
    /// The form. Default: by the metric's kind.
    pub form: Option<PanelForm>,
    /// The labels to group by: one line for each combination of their values.
    pub by: &'static [&'static str],
    /// The quantiles of a histogram, from 0 to 1. Default: 0.5, 0.95 and 0.99.
    pub quantiles: &'static [f64],
    /// The thresholds, in rising order.
    pub thresholds: &'static [Threshold],
    /// Whether there is no panel.
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

/// A value from which on the color changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The color: `green`, `yellow`, `orange`, `red` or `blue`.
    pub color: &'static str,
    /// The value, in the unit of what the panel shows.
    pub from: f64,
}
