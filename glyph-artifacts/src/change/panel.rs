//! Changes of panels.

use std::fmt;

/// A change of a panel of the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PanelChange {
    /// The panel was added.
    Added,
    /// The panel was removed.
    Removed,
    /// The panel was renamed, and has the same queries.
    Renamed {
        /// The new title.
        to: String,
    },
    /// The panel is in another row.
    Moved {
        /// The old title of the row.
        from: String,
        /// The new title of the row.
        to: String,
    },
}

impl PanelChange {
    /// Returns whether links to the panel find nothing.
    pub(crate) fn is_breaking(&self) -> bool {
        matches!(self, Self::Removed)
    }

    /// Writes the change, and who depends on what changed.
    pub(crate) fn write_for(&self, panel: &str, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => write!(to, "panel `{panel}` was added"),
            Self::Removed => write!(
                to,
                "panel `{panel}` was removed: links from runbooks and reports to it show nothing"
            ),
            Self::Renamed { to: title } => {
                write!(to, "panel `{panel}` was renamed to `{title}`")
            }
            Self::Moved { from, to: row } => {
                write!(to, "panel `{panel}` moved from row `{from}` to row `{row}`")
            }
        }
    }
}
