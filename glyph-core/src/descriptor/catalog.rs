//! Catalogs and metrics as they are declared.

use std::time::Duration;

use super::{Aggregate, AlertDescriptor, ObjectiveDescriptor, PanelDescriptor, StageDescriptor};
use crate::label::LabelDescriptor;

/// A declared catalog.
#[derive(Clone, Copy, Debug)]
pub struct CatalogDescriptor {
    /// The name of the struct.
    pub name: &'static str,
    /// The prefix of all metric names; can be empty.
    pub namespace: &'static str,
    /// The limit of series, without those of nested catalogs.
    pub max_series: usize,
    /// The metrics in the order of their fields.
    pub metrics: &'static [MetricDescriptor],
    /// The stages in the order of their declaration.
    pub stages: &'static [StageDescriptor],
    /// The scope labels of its metrics, and of the metrics of nested catalogs without a scope.
    pub scope: &'static [ScopeLabel],
    /// The labels that a scrape or a collector sets on every series, in addition to
    /// [`TARGET_LABELS`].
    pub target_labels: &'static [&'static str],
    /// The interval at which its rules are evaluated. `None` for that of Prometheus.
    pub rule_interval: Option<Duration>,
    /// The nested catalogs.
    pub nested: &'static [&'static CatalogDescriptor],
    /// The source file.
    pub file: &'static str,
    /// The line of the struct.
    pub line: u32,
}

/// A declared metric.
#[derive(Clone, Copy, Debug)]
pub struct MetricDescriptor {
    /// The name of the field.
    pub field: &'static str,
    /// The name in OpenTelemetry's notation: `glyphoxa.stt.duration`.
    pub otel_name: &'static str,
    /// The family name: `glyphoxa_stt_duration_seconds`. The samples of a counter have the suffix
    /// `_total`.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// The unit.
    pub unit: Unit,
    /// The HELP text.
    pub help: &'static str,
    /// The labels in the order of the label set's fields.
    pub labels: &'static [LabelDescriptor],
    /// The finite bucket bounds of a histogram.
    pub buckets: &'static [f64],
    /// Whether series are absent until they are recorded.
    pub sparse: bool,
    /// The operator that combines several series of a gauge, if it is declared. See
    /// [`aggregate_for`](Self::aggregate_for).
    pub aggregate: Option<Aggregate>,
    /// What the metric says of its process, if it is declared.
    pub sign: Option<ProcessSign>,
    /// The alerts on this metric.
    pub alerts: &'static [AlertDescriptor],
    /// The objectives on this metric.
    pub objectives: &'static [ObjectiveDescriptor],
    /// The dashboard panel, if it is declared.
    pub panel: Option<&'static PanelDescriptor>,
    /// The source file.
    pub file: &'static str,
    /// The line of the field.
    pub line: u32,
}

/// What a metric says of the process that exposes it. Its values are known beforehand, so an alert
/// that could never fire is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessSign {
    /// A gauge that is 1 while the process runs: `#[metric(liveness)]`.
    Liveness,
    /// A counter of the starts of the process, which each process counts once:
    /// `#[metric(starts)]`.
    Starts,
}

/// The kind of a metric (OpenMetrics 1.0, "Metric Types").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number that only rises.
    Counter,
    /// A number that rises and falls.
    Gauge,
    /// A distribution.
    Histogram,
}

impl Kind {
    /// The suffixes of a family's sample names. The first is empty: the family's own name.
    #[must_use]
    pub const fn sample_suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge => &[""],
            Self::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
        }
    }
}

/// The unit of a metric, and the suffix of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// No unit, such as a number of things.
    None,
    /// Seconds; histograms and counters keep nanoseconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A share, from 0 to 1.
    Ratio,
    /// Another unit.
    Other(&'static str),
}

impl Unit {
    /// Returns the suffix of names; empty for [`Unit::None`].
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// assert_eq!(glyph_runtime::catalog::Unit::Seconds.suffix(), "seconds");
    /// ```
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio",
            Self::Other(unit) => unit,
        }
    }

    /// Returns the code in UCUM (OpenTelemetry semantic conventions, "Instrument Units"); empty for
    /// [`Unit::None`].
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// assert_eq!(glyph_runtime::catalog::Unit::Bytes.ucum(), "By");
    /// ```
    #[must_use]
    pub fn ucum(self) -> String {
        match self {
            Self::None => String::new(),
            Self::Seconds => "s".to_owned(),
            Self::Bytes => "By".to_owned(),
            Self::Ratio => "1".to_owned(),
            Self::Other(unit) => format!("{{{unit}}}"),
        }
    }
}

/// A label that comes from the scope in which a metric is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeLabel {
    /// The label name.
    pub name: &'static str,
    /// The limit of distinct values at a time.
    pub max: usize,
}

/// The labels that a scrape or a collector sets on every series, which every catalog knows.
///
/// Rules keep `job` and `env`: they are evaluated for each job and each environment.
pub const TARGET_LABELS: [&str; 3] = ["job", "instance", "env"];

/// The limit of labels in one scope.
pub(crate) const MOST_LABELS: usize = 8;
