//! What a catalog declares about alerts.

use std::time::Duration;

/// An alert as it was declared by `#[alert(..)]`.
#[derive(Clone, Copy, Debug)]
pub struct AlertDescriptor {
    /// Its name.
    pub name: &'static str,
    /// When it fires.
    pub condition: Condition,
    /// The labels that one alert of it has, besides its own; empty for one alert in all, except on a gauge
    /// that is compared, where each series has its own.
    pub by: &'static [&'static str],
    /// How long the condition must hold before it fires.
    pub pending: Duration,
    /// The label `severity`.
    pub severity: &'static str,
    /// What happened, in Prometheus's template language; empty for none.
    pub summary: &'static str,
    /// What it means, in Prometheus's template language; empty for none.
    pub description: &'static str,
    /// Labels that it has on top of `severity`.
    pub labels: &'static [(&'static str, &'static str)],
    /// The source file.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

/// When an alert fires.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// When something measured is on the wrong side of a number.
    Compare {
        /// What is measured.
        measure: Measure,
        /// How it is compared.
        comparison: Comparison,
        /// The number, in the unit of what is measured.
        threshold: f64,
    },
    /// When there are no such series.
    Absent {
        /// Which series.
        of: Selection,
        /// For how long; now, without one.
        over: Option<Duration>,
    },
    /// When an expression in PromQL gives anything.
    Expression {
        /// The expression as it was written.
        promql: &'static str,
        /// Patterns of the names that other programs expose.
        external: &'static [&'static str],
        /// Series in promtool's notation under which it gives something, for the tests of the rules.
        fires: &'static [&'static str],
        /// Series under which it gives nothing.
        silent: &'static [&'static str],
    },
}

/// What an alert measures.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Measure {
    /// The value of a gauge.
    Value(Selection),
    /// A quantile of a histogram.
    Quantile {
        /// Between 0 and 1.
        quantile: f64,
        /// The histogram.
        of: Selection,
        /// The window.
        over: Duration,
    },
    /// How fast a counter rises, in one second.
    Rate {
        /// The counter, or a histogram whose observations are counted.
        of: Selection,
        /// The window.
        over: Duration,
    },
    /// By how much a counter rose.
    Increase {
        /// The counter, or a histogram whose observations are counted.
        of: Selection,
        /// The window.
        over: Duration,
    },
    /// One gauge divided by another, or one counter's rate by another's.
    Ratio {
        /// What is above the line.
        part: Selection,
        /// What is below it.
        whole: Selection,
        /// The window, where rates are divided.
        over: Duration,
    },
}

/// Some series of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The family's name.
    pub metric: &'static str,
    /// What their labels are.
    pub matchers: &'static [Matcher],
}

/// What one label of a selection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: &'static str,
    /// Whether it has one of the values, or none of them.
    pub equal: bool,
    /// The values.
    pub values: &'static [&'static str],
}

/// How a measure is compared.
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
    /// The operator, as in Rust and in PromQL.
    ///
    /// ```
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
