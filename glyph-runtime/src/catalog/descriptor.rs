//! What a catalog declares.

use super::{AlertDescriptor, ObjectiveDescriptor, PanelDescriptor};
use crate::label::LabelDescriptor;

/// A catalog as it was declared.
#[derive(Clone, Copy, Debug)]
pub struct CatalogDescriptor {
    /// The struct's name.
    pub name: &'static str,
    /// What all metric names start with; empty without one.
    pub namespace: &'static str,
    /// The most series that it may have, nested catalogs not counted.
    pub max_series: usize,
    /// Its metrics in the order of their fields.
    pub metrics: &'static [MetricDescriptor],
    /// Its stages in the order of their declaration.
    pub stages: &'static [StageDescriptor],
    /// The labels that its metrics have inside of a scope, and those of nested catalogs without scopes of their own.
    pub scope: &'static [ScopeLabel],
    /// The catalogs that it takes in.
    pub nested: &'static [&'static CatalogDescriptor],
    /// The source file.
    pub file: &'static str,
    /// The line of the struct.
    pub line: u32,
}

/// A metric as it was declared.
#[derive(Clone, Copy, Debug)]
pub struct MetricDescriptor {
    /// The field.
    pub field: &'static str,
    /// The name in OpenTelemetry's notation: `glyphoxa.stt.duration`.
    pub otel_name: &'static str,
    /// The family's name on the page: `glyphoxa_stt_duration_seconds`. The samples of a counter end in
    /// `_total` on top of it.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// What it is measured in.
    pub unit: Unit,
    /// The HELP text.
    pub help: &'static str,
    /// The labels in the order of the label set's fields.
    pub labels: &'static [LabelDescriptor],
    /// The finite bucket bounds of a histogram.
    pub buckets: &'static [f64],
    /// Whether series are absent until they are recorded.
    pub sparse: bool,
    /// The alerts that stand on it.
    pub alerts: &'static [AlertDescriptor],
    /// The objectives that stand on it.
    pub objectives: &'static [ObjectiveDescriptor],
    /// How it is shown, where that is said.
    pub panel: Option<&'static PanelDescriptor>,
    /// The source file.
    pub file: &'static str,
    /// The line of the field.
    pub line: u32,
}

/// What kind of metric it is (OpenMetrics 1.0, "Metric Types").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only rises.
    Counter,
    /// It rises and falls.
    Gauge,
    /// It is a distribution.
    Histogram,
}

impl Kind {
    /// What may follow a family's name in the names of its samples, the family's own name first.
    #[must_use]
    pub const fn sample_suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge => &[""],
            Self::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
        }
    }
}

/// What a metric is measured in; the unit ends its name on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// A number of things, or nothing in particular.
    None,
    /// Seconds; histograms and counters keep nanoseconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A share of one.
    Ratio,
    /// Any other.
    Other(&'static str),
}

impl Unit {
    /// The unit as it ends a name; empty for none.
    ///
    /// ```
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

    /// The unit by its code in UCUM (OpenTelemetry semantic conventions, "Instrument Units"); empty for none.
    ///
    /// ```
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

/// A stage as it was declared.
#[derive(Clone, Copy, Debug)]
pub struct StageDescriptor {
    /// The stage's name.
    pub name: &'static str,
    /// The labels that it is asked for or given.
    pub labels: &'static [StageLabel],
    /// The family name of its histogram.
    pub duration: &'static str,
    /// The family name of its request counter.
    pub requests: Option<&'static str>,
    /// The family name of its error counter.
    pub errors: Option<&'static str>,
    /// The family name of its in-flight gauge.
    pub in_flight: Option<&'static str>,
    /// The family name of its retry counter.
    pub retries: Option<&'static str>,
    /// The family name of its fallback counter.
    pub fallbacks: Option<&'static str>,
    /// The family name of the histogram of the time to a stream's first item.
    pub first_item: Option<&'static str>,
    /// The family name of the histogram of the gaps between a stream's items.
    pub between_items: Option<&'static str>,
    /// The family name of the counter of a stream's items.
    pub items: Option<&'static str>,
    /// The source file.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

/// A label of a stage.
#[derive(Clone, Copy, Debug)]
pub struct StageLabel {
    /// Its name.
    pub name: &'static str,
    /// Its values, when it is closed.
    pub values: Option<&'static [&'static str]>,
    /// Whether the declaration gives its value, so that functions are not asked for it.
    pub given: bool,
    /// The name of its type, where that may be no label.
    pub(crate) never: Option<&'static str>,
}

/// A label that comes from the scope in which a metric is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeLabel {
    /// Its name.
    pub name: &'static str,
    /// How many values are told apart at a time.
    pub max: usize,
}
