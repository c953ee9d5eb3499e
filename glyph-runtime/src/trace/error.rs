//! What can go wrong with traces.

use std::{fmt, io, path::PathBuf, time::Duration};

/// Why a pipeline could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The endpoint is no URL that can be spoken to.
    #[error("`{endpoint}` is no endpoint: {reason}")]
    Endpoint {
        /// What was given.
        endpoint: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A header cannot be sent.
    #[error("`{name}` is no header that can be sent: {reason}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The program was built without this protocol.
    #[error(
        "this program was built without OTLP over {protocol}: enable the feature `{feature}` of `glyph-runtime`"
    )]
    ProtocolMissing {
        /// The protocol that was asked for.
        protocol: &'static str,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// Certificates or keys do not fit.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
    /// A file with certificates or a key cannot be read.
    #[error(
        "cannot read {}: {reason}; OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY, or the settings, have to name PEM files",
        path.display()
    )]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file for spans cannot be opened.
    #[error(
        "cannot open {} for traces: {source}; GLYPH_TRACES_FILE, `--trace-file` or the settings have to name a file that can be written",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A limit or ratio makes no sense.
    #[error("{name} cannot be {value}: {allowed}")]
    Setting {
        /// Which setting.
        name: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A thread could not be started.
    #[error("cannot start a thread for exports: {0}")]
    Thread(#[source] io::Error),
}

/// Spans that did not reach where they were to go before the deadline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Unflushed {
    /// What each exporter still owed.
    pub exporters: Vec<UnflushedExporter>,
    /// How long it was given.
    pub deadline: Duration,
}

/// What one exporter did not export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnflushedExporter {
    /// `otlp`, `file`, or the name that it was given.
    pub name: &'static str,
    /// Spans that it had not exported at the deadline, or dropped on the way to it.
    pub spans: u64,
}

impl fmt::Display for Unflushed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "within {:?}, ", self.deadline)?;
        for (index, exporter) in self.exporters.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(
                formatter,
                "{comma}{} spans were not exported to `{}`",
                exporter.spans, exporter.name
            )?;
        }
        Ok(())
    }
}
