//! An expression or a declaration that does not fit the catalogs.

use std::{borrow::Cow, fmt};

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The alert, objective, rule or panel: ``alert `HighLatency` ``.
    pub what: String,
    /// The source file, or the rule file or dashboard.
    pub file: Cow<'static, str>,
    /// The line of the attribute, or of the name.
    pub line: u32,
    /// What does not fit, with the nearest right name.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            file,
            line,
            message,
        } = self;
        write!(formatter, "{file}:{line}: {what}: {message}")
    }
}
