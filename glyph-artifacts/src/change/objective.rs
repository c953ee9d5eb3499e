//! Changes of objectives.

use std::fmt;

use super::alert::{label_text, time};
use crate::numbers::percent;

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
    /// The good calls are estimated and no longer counted, or counted and no longer estimated, or
    /// estimated between other bucket bounds.
    Estimate {
        /// The bucket bounds around the old limit; `None` if it was one.
        from: Option<[f64; 2]>,
        /// The bucket bounds around the new limit.
        to: Option<[f64; 2]>,
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
    /// The time of the error budget changed.
    Period {
        /// The old time, such as `30d`.
        from: String,
        /// The new time.
        to: String,
    },
    /// Series over some windows are no longer recorded.
    WindowsEnded {
        /// The windows, such as `6h`.
        windows: Vec<String>,
    },
    /// The windows or the rates of a burn alert changed.
    Burn {
        /// The suffix of the alert's name: `BurnsFast` or `BurnsSlowly`.
        alert: String,
        /// The old windows, such as `5m/1h > 14.4`. Empty if there was no such alert.
        from: Vec<String>,
        /// The new windows.
        to: Vec<String>,
    },
    /// The least number of calls changed with which burn alerts fire.
    MinRequests {
        /// The old number; `None` for any number.
        from: Option<u64>,
        /// The new number.
        to: Option<u64>,
    },
    /// The time changed for which the budget must burn.
    Pending {
        /// The old time; `None` for no time.
        from: Option<String>,
        /// The new time.
        to: Option<String>,
    },
    /// The time changed for which an alert fires after the budget stopped burning.
    KeepFiring {
        /// The old time; `None` for no time.
        from: Option<String>,
        /// The new time.
        to: Option<String>,
    },
    /// A label of its alerts was added, removed or changed.
    Label {
        /// The name of the label.
        label: String,
        /// The old value; `None` if the label was added.
        from: Option<String>,
        /// The new value; `None` if the label was removed.
        to: Option<String>,
    },
    /// The alert that calls are missing changed.
    Absent {
        /// The time for which they had to be missing; `None` for no such alert.
        from: Option<String>,
        /// The new time.
        to: Option<String>,
    },
}

impl ObjectiveChange {
    /// Returns whether queries of the recorded series can return something else, or nothing.
    pub(crate) fn is_breaking(&self) -> bool {
        match self {
            Self::Added
            | Self::Target { .. }
            | Self::MinRequests { .. }
            | Self::Pending { .. }
            | Self::KeepFiring { .. } => false,
            Self::Label { from, .. } => from.is_some(),
            // Routes and silences by the name of the alert find nothing.
            Self::Burn { to, .. } => to.is_empty(),
            Self::Absent { to, .. } => to.is_none(),
            _ => true,
        }
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
            Self::Target { from, to: now } => write!(
                to,
                "target of objective `{objective}` changed from {} to {}: its budget and the thresholds of its burn alerts change from now on",
                percent(*from),
                percent(*now)
            ),
            Self::Threshold { from, to: now } => write!(
                to,
                "limit of objective `{objective}` changed from {from} to {now}: its recorded series count other calls as bad, so reports over this release compare two limits"
            ),
            Self::Estimate { from, to: now } => write!(
                to,
                "good calls of objective `{objective}` are {} and no longer {}: reports over this release compare two measures",
                estimate(*now),
                estimate(*from)
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
            Self::Period { from, to: now } => write!(
                to,
                "period of objective `{objective}` changed from {from} to {now}: queries of `objective:budget_remaining:ratio_rate{from}` find nothing until they name `objective:budget_remaining:ratio_rate{now}`"
            ),
            Self::WindowsEnded { windows } => write!(
                to,
                "objective `{objective}` is no longer recorded over {}: queries of its `ratio_rate` series over these windows find nothing",
                windows.join(", ")
            ),
            _ => self.write_alerts(objective, to),
        }
    }

    /// Writes a change of the alerts.
    fn write_alerts(&self, objective: &str, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Burn {
                alert,
                from,
                to: now,
            } => to.write_str(&burn(&format!("{objective}{alert}"), from, now)),
            Self::MinRequests { from, to: now } => write!(
                to,
                "burn alerts of objective `{objective}` need {} and no longer {}",
                calls(*now),
                calls(*from)
            ),
            Self::Pending { from, to: now } => write!(
                to,
                "burn alerts of objective `{objective}` fire after {} and no longer after {}",
                time(now.as_deref()),
                time(from.as_deref())
            ),
            Self::KeepFiring { from, to: now } => write!(
                to,
                "alerts of objective `{objective}` keep firing for {} and no longer for {}",
                time(now.as_deref()),
                time(from.as_deref())
            ),
            Self::Label {
                label,
                from,
                to: now,
            } => to.write_str(&label_text(
                &format!("label `{label}` of the alerts of objective `{objective}`"),
                label,
                from.as_deref(),
                now.as_deref(),
            )),
            Self::Absent { from, to: now } => to.write_str(&absent(
                &format!("{objective}Absent"),
                from.as_deref(),
                now.as_deref(),
            )),
            _ => Ok(()),
        }
    }
}

fn estimate(between: Option<[f64; 2]>) -> String {
    between.map_or_else(
        || "counted".to_owned(),
        |[lower, upper]| format!("estimated between {lower} and {upper}"),
    )
}

fn burn(alert: &str, from: &[String], to: &[String]) -> String {
    match (from, to) {
        ([], _) => format!("alert `{alert}` was added"),
        (_, []) => removed(alert),
        _ => format!(
            "alert `{alert}` fires at burn rates {} and no longer at {}",
            to.join(", "),
            from.join(", ")
        ),
    }
}

fn absent(alert: &str, from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (None, _) => format!("alert `{alert}` was added"),
        (_, None) => removed(alert),
        (Some(from), Some(to)) => {
            format!("alert `{alert}` fires after {to} and no longer after {from}")
        }
    }
}

fn removed(alert: &str) -> String {
    format!(
        "alert `{alert}` was removed: nobody is called for it any more; remove its routes, silences and runbook"
    )
}

fn calls(least: Option<u64>) -> String {
    least.map_or_else(
        || "any number of calls".to_owned(),
        |least| format!("{least} calls"),
    )
}

fn labels(labels: &[String]) -> String {
    if labels.is_empty() {
        return "none".to_owned();
    }
    let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
    labels.join(", ")
}
