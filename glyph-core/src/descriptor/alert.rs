//! Alerts as they are declared.

use std::time::Duration;

use super::Aggregate;

/// An alert declared by `#[alert(..)]`.
#[derive(Clone, Copy, Debug)]
pub struct AlertDescriptor {
    /// The alert name.
    pub name: &'static str,
    /// The condition to fire.
    pub condition: Condition,
    /// The labels to group by: one alert for each combination of their values. If empty, there is
    /// one alert in all; on a gauge that is compared, one for each series.
    pub by: &'static [&'static str],
    /// The operator that combines the series of a gauge, if the alert declares one. With it, the
    /// alert does not keep each series of the gauge. For a ratio of two gauges it combines the
    /// ratios of the replicas.
    pub aggregate: Option<Aggregate>,
    /// How long the condition must hold before it fires.
    pub pending: Duration,
    /// How long it fires after the condition ended.
    pub keep_firing_for: Duration,
    /// The label `severity`.
    pub severity: &'static str,
    /// The annotation `summary`, in Prometheus's template language. Empty if it is not declared.
    pub summary: &'static str,
    /// The annotation `description`, in Prometheus's template language. Empty if it is not
    /// declared.
    pub description: &'static str,
    /// The other annotations, in Prometheus's template language, such as `runbook_url`.
    pub annotations: &'static [(&'static str, &'static str)],
    /// The labels in addition to `severity`.
    pub labels: &'static [(&'static str, &'static str)],
    /// The source file.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

/// The condition of an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// A measured value compares with a threshold.
    Compare {
        /// The measured value.
        measure: Measure,
        /// The operator.
        comparison: Comparison,
        /// The threshold, in the unit of the measured value.
        threshold: f64,
    },
    /// Series are absent.
    Absent {
        /// The series.
        of: Selection,
        /// The window in which they are absent. `None` for this moment.
        over: Option<Duration>,
    },
    /// An expression in PromQL returns a series.
    Expression {
        /// The expression as written.
        promql: &'static str,
        /// Patterns of metric names that other programs expose.
        external: &'static [&'static str],
        /// Input series for which it fires, in promtool's notation, for tests of the rules.
        fires: &'static [&'static str],
        /// Input series for which it does not fire.
        silent: &'static [&'static str],
    },
}

/// The measurement of an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// The value of a gauge.
    Value(Selection),
    /// A quantile of a histogram.
    Quantile {
        /// The quantile, from 0 to 1.
        quantile: f64,
        /// The histogram.
        of: Selection,
        /// The window.
        over: Duration,
    },
    /// The rate of a counter, per second.
    Rate {
        /// The counter, or a histogram whose observations are counted.
        of: Selection,
        /// The window.
        over: Duration,
    },
    /// The increase of a counter.
    Increase {
        /// The counter, or a histogram whose observations are counted.
        of: Selection,
        /// The window.
        over: Duration,
    },
    /// A gauge divided by another, or a counter's rate by another's.
    Ratio {
        /// The dividend.
        part: Selection,
        /// The divisor.
        whole: Selection,
        /// The window, if rates are divided.
        over: Duration,
    },
}

/// Some series of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The family name.
    pub metric: &'static str,
    /// The conditions on their labels.
    pub matchers: &'static [Matcher],
}

/// A condition on one label of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: &'static str,
    /// Whether the label must have one of the values (`true`) or none of them (`false`).
    pub equal: bool,
    /// The values.
    pub values: &'static [&'static str],
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// Returns the operator as it is written in Rust and in PromQL.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// assert_eq!(glyph_runtime::catalog::Comparison::AtLeast.operator(), ">=");
    /// ```
    #[must_use]
    pub const fn operator(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }
}
