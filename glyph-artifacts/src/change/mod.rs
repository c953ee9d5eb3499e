//! A change of a schema, and whether it breaks dashboards and alerts.

mod scope;

use std::fmt;

pub use scope::ScopeChange;

/// Something that changed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A metric is new.
    MetricAdded {
        /// Its name.
        metric: String,
    },
    /// A metric is gone.
    MetricRemoved {
        /// Its name.
        metric: String,
    },
    /// A metric has another name, and is otherwise the same.
    MetricRenamed {
        /// The name that it had.
        from: String,
        /// The name that it has.
        to: String,
    },
    /// A counter became a gauge, or the like.
    KindChanged {
        /// The metric.
        metric: String,
        /// The kind that it was.
        from: String,
        /// The kind that it is.
        to: String,
    },
    /// A metric is measured in another unit.
    UnitChanged {
        /// The metric.
        metric: String,
        /// The unit that it had.
        from: String,
        /// The unit that it has.
        to: String,
    },
    /// A histogram has other bucket bounds.
    BucketsChanged {
        /// The metric.
        metric: String,
        /// Bounds that are gone.
        removed: Vec<f64>,
        /// Bounds that are new.
        added: Vec<f64>,
    },
    /// A label is new.
    LabelAdded {
        /// The metric.
        metric: String,
        /// The label.
        label: String,
    },
    /// A label is gone.
    LabelRemoved {
        /// The metric.
        metric: String,
        /// The label.
        label: String,
    },
    /// A label has another name, and the same values.
    LabelRenamed {
        /// The metric.
        metric: String,
        /// The name that it had.
        from: String,
        /// The name that it has.
        to: String,
    },
    /// A label that had a list of values takes any text.
    LabelOpened {
        /// The metric.
        metric: String,
        /// The label.
        label: String,
    },
    /// A label that took any text has a list of values.
    LabelClosed {
        /// The metric.
        metric: String,
        /// The label.
        label: String,
    },
    /// An open label tells more or fewer values apart.
    LimitChanged {
        /// The metric.
        metric: String,
        /// The label.
        label: String,
        /// How many it told apart.
        from: usize,
        /// How many it tells apart.
        to: usize,
    },
    /// A label has a value more.
    ValueAdded {
        /// The metric.
        metric: String,
        /// The label.
        label: String,
        /// The value.
        value: String,
    },
    /// A label has a value less.
    ValueRemoved {
        /// The metric.
        metric: String,
        /// The label.
        label: String,
        /// The value.
        value: String,
    },
    /// The scope of some metrics changed.
    Scope {
        /// How.
        change: ScopeChange,
        /// The metrics in the scope.
        metrics: Vec<String>,
    },
}

impl Change {
    /// Whether a query that gave something may now give nothing, or something else.
    ///
    /// A label that is new splits series that were one; a query that does not sum them up sees more of them. So does a
    /// label of a scope.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        match self {
            Self::MetricAdded { .. } | Self::ValueAdded { .. } | Self::LabelOpened { .. } => false,
            Self::LimitChanged { from, to, .. } => to < from,
            Self::Scope { change, .. } => change.is_breaking(),
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
                change.told(&metrics.join(", "), formatter)
            }
            Self::MetricAdded { metric } => write!(formatter, "metric `{metric}` is new"),
            Self::MetricRemoved { metric } => write!(formatter, "metric `{metric}` is gone"),
            Self::MetricRenamed { from, to } => {
                write!(formatter, "metric `{from}` is called `{to}` now")
            }
            Self::KindChanged { metric, from, to } => {
                write!(formatter, "metric `{metric}` was a {from} and is a {to}")
            }
            Self::UnitChanged { metric, from, to } => {
                let unit = |unit: &str| match unit {
                    "" => "a plain number".to_owned(),
                    unit => format!("in `{unit}`"),
                };
                let (from, to) = (unit(from), unit(to));
                write!(formatter, "metric `{metric}` was {from} and is {to}")
            }
            Self::BucketsChanged {
                metric,
                removed,
                added,
            } => write!(
                formatter,
                "histogram `{metric}` has lost the bounds {removed:?} and gained {added:?}"
            ),
            Self::LabelAdded { metric, label } => {
                write!(formatter, "label `{label}` of `{metric}` is new")
            }
            Self::LabelRemoved { metric, label } => {
                write!(formatter, "label `{label}` of `{metric}` is gone")
            }
            Self::LabelRenamed { metric, from, to } => {
                write!(
                    formatter,
                    "label `{from}` of `{metric}` is called `{to}` now"
                )
            }
            Self::LabelOpened { metric, label } => {
                write!(
                    formatter,
                    "label `{label}` of `{metric}` takes any text now"
                )
            }
            Self::LabelClosed { metric, label } => write!(
                formatter,
                "label `{label}` of `{metric}` takes listed values only now"
            ),
            Self::LimitChanged {
                metric,
                label,
                from,
                to,
            } => write!(
                formatter,
                "label `{label}` of `{metric}` told {from} values apart and tells {to}"
            ),
            Self::ValueAdded {
                metric,
                label,
                value,
            } => write!(
                formatter,
                "label `{label}` of `{metric}` has a value more, `{value}`"
            ),
            Self::ValueRemoved {
                metric,
                label,
                value,
            } => write!(
                formatter,
                "label `{label}` of `{metric}` has lost the value `{value}`"
            ),
        }
    }
}
