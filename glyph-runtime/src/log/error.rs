//! What can go wrong, each saying what to do.

use std::{io, path::PathBuf};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The filter is not written as in `RUST_LOG`.
    #[error(
        "`{directive}` in the log filter is no directive ({reason}): write a level (`error`, `warn`, `info`, `debug`, \
         `trace`, `off`), `target=level` or `target[span{{field=value}}]=level`, separated by commas"
    )]
    Directive {
        /// The one that is wrong.
        directive: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be opened.
    #[error("cannot open `{}` for {purpose}: {error}", path.display())]
    Open {
        /// Which one.
        path: PathBuf,
        /// What for.
        purpose: &'static str,
        /// Why not.
        error: io::Error,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

/// What had not been written when the log's time was over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("log lines not written: {lines}; audit lines not written: {audit_lines}{}", reason(audit_error.as_ref()))]
#[non_exhaustive]
pub struct Unwritten {
    /// Lines of the log that are lost, or still in a write that does not return.
    pub lines: u64,
    /// Audit lines that are lost, or still in a write that does not return.
    pub audit_lines: u64,
    /// The audit trail's last error, if one of its lines or its synchronisation was lost to it.
    pub audit_error: Option<String>,
}

fn reason(error: Option<&String>) -> String {
    error.map(|error| format!(" ({error})")).unwrap_or_default()
}
