//! Changes of scope labels.

use std::fmt;

/// A change of a scope label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ScopeChange {
    /// A label was removed.
    LabelRemoved {
        /// The name of the label.
        label: String,
    },
    /// A label was renamed and has the same limit.
    LabelRenamed {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// The limit of a label's values changed.
    LimitChanged {
        /// The name of the label.
        label: String,
        /// The old limit.
        from: usize,
        /// The new limit.
        to: usize,
    },
    /// A label was added.
    LabelAdded {
        /// The name of the label.
        label: String,
    },
}

impl ScopeChange {
    /// Returns whether a query can return other series or values than before.
    pub(crate) fn is_breaking(&self) -> bool {
        match self {
            Self::LimitChanged { from, to, .. } => to < from,
            _ => true,
        }
    }

    /// Writes the change, with the metrics in the scope.
    pub(crate) fn write_for(
        &self,
        metrics: &str,
        formatter: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let (label, change) = match self {
            Self::LabelRemoved { label } => (label, "was removed".to_owned()),
            Self::LabelRenamed { from, to } => (from, format!("was renamed to `{to}`")),
            Self::LimitChanged { label, from, to } => (
                label,
                format!("changed its limit from {from} to {to} values"),
            ),
            Self::LabelAdded { label } => (label, "was added".to_owned()),
        };
        write!(formatter, "scope label `{label}` of {metrics} {change}")
    }
}
