//! Changes of objectives.

use std::fmt;

/// A change of an objective.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ObjectiveChange {
    /// The objective was added.
    Added,
    /// The objective was removed.
    Removed,
    /// The objective was renamed, and is otherwise the same.
    Renamed {
        /// The new name.
        to: String,
    },
    /// The target changed.
    Target {
        /// The old share of good calls, from 0 to 1.
        from: f64,
        /// The new share.
        to: f64,
    },
    /// The limit of latency changed.
    Threshold {
        /// The old limit, in the unit of the metric.
        from: f64,
        /// The new limit.
        to: f64,
    },
    /// Other calls are counted, or others are bad.
    Indicator,
    /// The labels changed for which it has a budget each.
    Grouping {
        /// The old labels.
        from: Vec<String>,
        /// The new labels.
        to: Vec<String>,
    },
}

impl ObjectiveChange {
    /// Returns whether queries of the recorded series can return something else, or nothing.
    pub(crate) fn is_breaking(&self) -> bool {
        !matches!(self, Self::Added | Self::Target { .. })
    }

    /// Writes the change, and who depends on what changed.
    pub(crate) fn write_for(&self, objective: &str, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => write!(to, "objective `{objective}` was added"),
            Self::Removed => write!(
                to,
                "objective `{objective}` was removed: its recorded series and its burn alerts end; remove their panels, routes and silences"
            ),
            Self::Renamed { to: name } => write!(
                to,
                "objective `{objective}` was renamed to `{name}`: queries by `objective=\"{objective}\"` and routes for its burn alerts find nothing until they name `{name}`"
            ),
            Self::Target { from, to: now } => {
                let (from, now) = (
                    crate::numbers::percent(*from),
                    crate::numbers::percent(*now),
                );
                write!(
                    to,
                    "target of objective `{objective}` changed from {from} to {now}: its budget and the thresholds of its burn alerts change from now on"
                )
            }
            Self::Threshold { from, to: now } => write!(
                to,
                "limit of objective `{objective}` changed from {from} to {now}: its recorded series count other calls as bad, so reports over this release compare two limits"
            ),
            Self::Indicator => write!(
                to,
                "indicator of objective `{objective}` changed: its recorded series count other calls, so reports over this release compare two indicators"
            ),
            Self::Grouping { from, to: now } => write!(
                to,
                "labels of objective `{objective}` changed from {} to {}: queries of its recorded series have to sum over or select by them",
                labels(from),
                labels(now)
            ),
        }
    }
}

fn labels(labels: &[String]) -> String {
    if labels.is_empty() {
        return "none".to_owned();
    }
    let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
    labels.join(", ")
}
