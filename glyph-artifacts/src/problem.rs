//! An error in an expression or a declaration.

use std::{borrow::Cow, fmt};

/// An error in an expression or a declaration, with its source location.
///
/// `Display` prints `file:line: subject: message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The subject, an alert, objective, rule or panel: ``alert `HighLatency` ``.
    pub what: String,
    /// The path of the source file, rule file or dashboard.
    pub file: Cow<'static, str>,
    /// The line of the attribute in a source file, or of the name in a rule file or dashboard.
    pub line: u32,
    /// The error and the fix, such as the nearest declared name.
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
