//! What a catalog declares about service level objectives.

use super::alert::Selection;

/// An objective as it was declared by `#[objective(..)]`.
#[derive(Clone, Copy, Debug)]
pub struct ObjectiveDescriptor {
    /// Its name, which starts the names of its alerts: `SttDurationLatency`.
    pub name: &'static str,
    /// What counts as good.
    pub indicator: Indicator,
    /// The share of good calls that is aimed at, between 0 and 1.
    pub target: f64,
    /// The labels that each have a budget of their own.
    pub by: &'static [&'static str],
    /// The source file.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

/// What tells good calls from bad ones.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Indicator {
    /// Calls that took at most so long are good.
    Latency {
        /// The histogram.
        of: Selection,
        /// One of its bucket bounds, in its unit.
        threshold: f64,
    },
    /// Calls whose outcome is not ok are bad, by the label of the metric that the outcome fills.
    Outcome {
        /// All calls.
        of: Selection,
    },
    /// Calls that are counted in one metric out of those in another are bad.
    Errors {
        /// The bad ones.
        errors: Selection,
        /// All calls.
        of: Selection,
    },
}
