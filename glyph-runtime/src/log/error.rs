//! Errors of the log.

use std::{io, path::PathBuf};

/// Errors returned by [`Pipeline::start`](super::Pipeline::start), and by changes of its filter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The filter is not in the syntax of `RUST_LOG`.
    #[error(
        "invalid log filter directive `{directive}`: {reason}; use a level (`error`, `warn`, `info`, `debug`, `trace`, \
         `off`), `target=level` or `target[span{{field=value}}]=level`, separated by commas"
    )]
    Directive {
        /// The invalid directive.
        directive: String,
        /// The reason.
        reason: String,
    },
    /// The telemetry has no log and no export of log records.
    #[error("missing log: remove `.without_log()`, or export log records")]
    NoLog,
    /// A fork of the process has lost the lock of the filter.
    #[error(
        "cannot change the log filter in this forked process: another thread had its lock at the fork"
    )]
    FilterLocked,
    /// A name of a field in lines is invalid, or two fields have it.
    #[error("invalid name `{name}` of a field in log lines: {reason}")]
    FieldName {
        /// The name.
        name: String,
        /// The reason.
        reason: &'static str,
    },
    /// A file cannot be opened.
    #[error("cannot open `{}` for {purpose}: {error}", path.display())]
    Open {
        /// The path of the file.
        path: PathBuf,
        /// The purpose of the file.
        purpose: &'static str,
        /// The reason.
        error: io::Error,
    },
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}
