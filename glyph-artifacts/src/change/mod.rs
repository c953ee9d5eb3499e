//! Changes of a schema, and whether they break dashboards and alerts.

mod alert;
mod objective;
mod panel;
mod scope;

use std::fmt;

pub use alert::AlertChange;
pub use objective::ObjectiveChange;
pub use panel::PanelChange;
pub use scope::ScopeChange;

/// A change between two schemas.
///
/// `Display` prints it after `breaking: ` or `compatible: `.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A metric was added.
    MetricAdded {
        /// The name of the metric.
        metric: String,
    },
    /// A metric was removed.
    MetricRemoved {
        /// The name of the metric.
        metric: String,
    },
    /// A metric was renamed.
    MetricRenamed {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// The kind of a metric changed, such as from counter to gauge.
    KindChanged {
        /// The name of the metric.
        metric: String,
        /// The old kind.
        from: String,
        /// The new kind.
        to: String,
    },
    /// The unit of a metric changed.
    UnitChanged {
        /// The name of the metric.
        metric: String,
        /// The old unit; empty if there was none.
        from: String,
        /// The new unit; empty if there is none.
        to: String,
    },
    /// The bucket bounds of a histogram changed.
    BucketsChanged {
        /// The name of the metric.
        metric: String,
        /// The removed bounds.
        removed: Vec<f64>,
        /// The added bounds.
        added: Vec<f64>,
    },
    /// A label was added.
    LabelAdded {
        /// The name of the metric.
        metric: String,
        /// The name of the label.
        label: String,
    },
    /// A label was removed.
    LabelRemoved {
        /// The name of the metric.
        metric: String,
        /// The name of the label.
        label: String,
    },
    /// A label was renamed and has the same values.
    LabelRenamed {
        /// The name of the metric.
        metric: String,
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// A closed label became an open one, which accepts any string.
    LabelOpened {
        /// The name of the metric.
        metric: String,
        /// The name of the label.
        label: String,
    },
    /// An open label became a closed one, with a list of values.
    LabelClosed {
        /// The name of the metric.
        metric: String,
        /// The name of the label.
        label: String,
    },
    /// The limit of an open label's values changed.
    LimitChanged {
        /// The name of the metric.
        metric: String,
        /// The name of the label.
        label: String,
        /// The old limit.
        from: usize,
        /// The new limit.
        to: usize,
    },
    /// A closed label has a new value.
    ValueAdded {
        /// The name of the metric.
        metric: String,
        /// The name of the label.
        label: String,
        /// The value.
        value: String,
    },
    /// A closed label no longer has a value.
    ValueRemoved {
        /// The name of the metric.
        metric: String,
        /// The name of the label.
        label: String,
        /// The value.
        value: String,
    },
    /// A scope label of some metrics changed.
    Scope {
        /// The change.
        change: ScopeChange,
        /// The names of the metrics in the scope.
        metrics: Vec<String>,
    },
    /// An alert changed.
    Alert {
        /// The name of the alert.
        alert: String,
        /// The change.
        change: AlertChange,
    },
    /// An objective changed.
    Objective {
        /// The name of the objective.
        objective: String,
        /// The change.
        change: ObjectiveChange,
    },
    /// A panel of the dashboard changed.
    Panel {
        /// The title of the panel.
        panel: String,
        /// The change.
        change: PanelChange,
    },
}

impl Change {
    /// Returns whether a query can return other series or values than before, or nothing.
    ///
    /// A new label is breaking, also in a scope: it splits a series into several, which a query has
    /// to sum. The change of an alert is breaking if routes, silences or inhibitions by its name or
    /// labels stop working, and that of a panel if links to it find nothing.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        match self {
            Self::MetricAdded { .. } | Self::ValueAdded { .. } | Self::LabelOpened { .. } => false,
            Self::LimitChanged { from, to, .. } => to < from,
            Self::Scope { change, .. } => change.is_breaking(),
            Self::Alert { change, .. } => change.is_breaking(),
            Self::Objective { change, .. } => change.is_breaking(),
            Self::Panel { change, .. } => change.is_breaking(),
            Self::BucketsChanged { removed, .. } => !removed.is_empty(),
            _ => true,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_breaking() {
            "breaking: "
        } else {
            "compatible: "
        })?;
        match self {
            Self::Scope { change, metrics } => {
                let metrics: Vec<_> = metrics.iter().map(|metric| format!("`{metric}`")).collect();
                change.write_for(&metrics.join(", "), formatter)
            }
            Self::Alert { alert, change } => change.write_for(alert, formatter),
            Self::Objective { objective, change } => change.write_for(objective, formatter),
            Self::Panel { panel, change } => change.write_for(panel, formatter),
            Self::MetricAdded { metric } => write!(formatter, "metric `{metric}` was added"),
            Self::MetricRemoved { metric } => write!(formatter, "metric `{metric}` was removed"),
            Self::MetricRenamed { from, to } => {
                write!(formatter, "metric `{from}` was renamed to `{to}`")
            }
            Self::KindChanged { metric, from, to } => {
                write!(formatter, "metric `{metric}` changed from {from} to {to}")
            }
            Self::UnitChanged { metric, from, to } => {
                let unit = |unit: &str| match unit {
                    "" => "none".to_owned(),
                    unit => format!("`{unit}`"),
                };
                let (from, to) = (unit(from), unit(to));
                write!(
                    formatter,
                    "unit of metric `{metric}` changed from {from} to {to}"
                )
            }
            Self::BucketsChanged {
                metric,
                removed,
                added,
            } => write!(
                formatter,
                "bucket bounds of `{metric}` changed: removed {removed:?}, added {added:?}"
            ),
            Self::LabelAdded { metric, label } => {
                write!(formatter, "label `{label}` of `{metric}` was added")
            }
            Self::LabelRemoved { metric, label } => {
                write!(formatter, "label `{label}` of `{metric}` was removed")
            }
            Self::LabelRenamed { metric, from, to } => {
                write!(
                    formatter,
                    "label `{from}` of `{metric}` was renamed to `{to}`"
                )
            }
            Self::LabelOpened { metric, label } => {
                write!(
                    formatter,
                    "label `{label}` of `{metric}` now accepts any string"
                )
            }
            Self::LabelClosed { metric, label } => write!(
                formatter,
                "label `{label}` of `{metric}` now accepts only listed values"
            ),
            Self::LimitChanged {
                metric,
                label,
                from,
                to,
            } => write!(
                formatter,
                "limit of label `{label}` of `{metric}` changed from {from} to {to} values"
            ),
            Self::ValueAdded {
                metric,
                label,
                value,
            } => write!(
                formatter,
                "label `{label}` of `{metric}` has a new value `{value}`"
            ),
            Self::ValueRemoved {
                metric,
                label,
                value,
            } => write!(
                formatter,
                "label `{label}` of `{metric}` no longer has the value `{value}`"
            ),
        }
    }
}
