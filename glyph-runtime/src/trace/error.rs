//! Errors of a pipeline of spans at its start.

use std::{io, path::PathBuf};

use crate::{export::InvalidSetting, otlp::OtlpError};

/// Errors returned by [`Pipeline::start`](super::Pipeline::start).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The collector cannot be used.
    #[error(transparent)]
    Otlp(#[from] OtlpError),
    /// The file for spans cannot be opened.
    #[error(
        "cannot open {} for traces: {source}; set GLYPH_TRACES_FILE, `--trace-file` or the settings to a writable file",
        path.display()
    )]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A setting is out of range.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// A thread cannot be started.
    #[error("cannot start a thread for exports: {0}")]
    Thread(#[source] io::Error),
}
