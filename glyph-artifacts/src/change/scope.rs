//! A change of the labels of a scope.

use std::fmt;

/// Something that changed of a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ScopeChange {
    /// A label is gone.
    LabelRemoved {
        /// The label.
        label: String,
    },
    /// A label has another name, and the same bound.
    LabelRenamed {
        /// The name that it had.
        from: String,
        /// The name that it has.
        to: String,
    },
    /// A label tells more or fewer values apart.
    LimitChanged {
        /// The label.
        label: String,
        /// How many it told apart.
        from: usize,
        /// How many it tells apart.
        to: usize,
    },
    /// A label is new.
    LabelAdded {
        /// The label.
        label: String,
    },
}

impl ScopeChange {
    pub(crate) fn is_breaking(&self) -> bool {
        match self {
            Self::LimitChanged { from, to, .. } => to < from,
            _ => true,
        }
    }

    /// Writes what changed for these metrics.
    pub(crate) fn told(&self, metrics: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, what) = match self {
            Self::LabelRemoved { label } => (label, "is gone".to_owned()),
            Self::LabelRenamed { from, to } => (from, format!("is called `{to}` now")),
            Self::LimitChanged { label, from, to } => {
                (label, format!("told {from} values apart and tells {to}"))
            }
            Self::LabelAdded { label } => (label, "is new".to_owned()),
        };
        write!(
            formatter,
            "label `{label}` of the scope of {metrics} {what}"
        )
    }
}
