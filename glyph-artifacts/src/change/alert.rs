//! Changes of alerts.

use std::fmt;

/// A change of an alert.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AlertChange {
    /// The alert was added.
    Added,
    /// The alert was removed.
    Removed,
    /// The alert was renamed, and is otherwise the same.
    Renamed {
        /// The new name.
        to: String,
    },
    /// The severity changed.
    Severity {
        /// The old severity.
        from: String,
        /// The new severity.
        to: String,
    },
    /// A label other than the severity was added, removed or changed.
    Label {
        /// The name of the label.
        label: String,
        /// The old value; `None` if the label was added.
        from: Option<String>,
        /// The new value; `None` if the label was removed.
        to: Option<String>,
    },
    /// The threshold changed.
    Threshold {
        /// The operator, such as `>`.
        comparison: String,
        /// The old threshold.
        from: f64,
        /// The new threshold.
        to: f64,
    },
    /// The measured expression changed.
    Condition,
    /// The time changed for which the alert fires after the condition ended.
    KeepFiring {
        /// The old time; `None` for no time.
        from: Option<String>,
        /// The new time.
        to: Option<String>,
    },
    /// The time changed for which the condition must hold.
    Pending {
        /// The old time, such as `5m`.
        from: String,
        /// The new time.
        to: String,
    },
}

impl AlertChange {
    /// Returns whether routes, silences or inhibitions of Alertmanager can stop working.
    pub(crate) fn is_breaking(&self) -> bool {
        match self {
            Self::Removed | Self::Renamed { .. } | Self::Severity { .. } => true,
            Self::Label { from, .. } => from.is_some(),
            Self::Added
            | Self::Threshold { .. }
            | Self::Condition
            | Self::Pending { .. }
            | Self::KeepFiring { .. } => false,
        }
    }

    /// Writes the change, and who depends on what changed.
    pub(crate) fn write_for(&self, alert: &str, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => write!(to, "alert `{alert}` was added"),
            Self::Removed => write!(
                to,
                "alert `{alert}` was removed: nobody is called for it any more; remove its routes, silences and runbook"
            ),
            Self::Renamed { to: name } => write!(
                to,
                "alert `{alert}` was renamed to `{name}`: routes, silences and inhibitions by `alertname` miss it until they name `{name}`"
            ),
            Self::Severity { from, to: severity } => write!(
                to,
                "severity of alert `{alert}` changed from `{from}` to `{severity}`: routes and inhibitions by severity send it to other people"
            ),
            Self::Label {
                label,
                from,
                to: now,
            } => to.write_str(&label_text(
                &format!("label `{label}` of alert `{alert}`"),
                label,
                from.as_deref(),
                now.as_deref(),
            )),
            Self::Threshold {
                comparison,
                from,
                to: now,
            } => {
                let effect = effect(comparison, *from, *now);
                write!(
                    to,
                    "threshold of alert `{alert}` changed from {comparison} {from} to {comparison} {now}: {effect}"
                )
            }
            Self::Condition => write!(
                to,
                "condition of alert `{alert}` changed: read whether its runbook still fits"
            ),
            Self::KeepFiring { from, to: now } => write!(
                to,
                "alert `{alert}` keeps firing for {} and no longer for {}",
                time(now.as_deref()),
                time(from.as_deref())
            ),
            Self::Pending { from, to: now } => write!(
                to,
                "alert `{alert}` fires after {now} and no longer after {from}"
            ),
        }
    }
}

/// Returns the change of a label. `subject` names it.
pub(super) fn label_text(
    subject: &str,
    label: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> String {
    match (from, to) {
        (None, None) => format!("{subject} did not change"),
        (None, Some(to)) => format!("{subject} was added with `{to}`"),
        (Some(from), to) => {
            let change = match to {
                Some(to) => format!("changed from `{from}` to `{to}`"),
                None => "was removed".to_owned(),
            };
            format!("{subject} {change}: routes by `{label}` send it to other people")
        }
    }
}

/// Returns a time of a rule.
pub(super) fn time(time: Option<&str>) -> &str {
    time.unwrap_or("0s")
}

fn effect(comparison: &str, from: f64, to: f64) -> &'static str {
    match (comparison, to > from) {
        (">" | ">=", true) | ("<" | "<=", false) => "it fires later, or not at all",
        (">" | ">=", false) | ("<" | "<=", true) => "it fires earlier, and more often",
        _ => "it fires for another value",
    }
}
