//! What a catalog declares about how a metric is shown.

/// How a metric is shown on a dashboard, as far as `#[panel(..)]` says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanelDescriptor {
    /// The heading; made of the metric's name without one.
    pub title: Option<&'static str>,
    /// The row that it stands in; that of its stage, or of its kind, without one.
    pub row: Option<&'static str>,
    /// The unit by Grafana's name for it; the metric's own without one.
    pub unit: Option<&'static str>,
    /// What it is drawn as.
    pub form: Option<PanelForm>,
    /// The labels that have a line each.
    pub by: &'static [&'static str],
    /// The quantiles of a histogram, between 0 and 1; the median, the 95th and the 99th percentile unless given.
    pub quantiles: &'static [f64],
    /// Rising.
    pub thresholds: &'static [Threshold],
    /// Whether it is left out.
    pub hidden: bool,
}

/// What a panel is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

/// From where on a value has another colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The colour: `green`, `yellow`, `orange`, `red` or `blue`.
    pub color: &'static str,
    /// The value, in the unit of what the panel shows.
    pub from: f64,
}
