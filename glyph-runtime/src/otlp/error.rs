//! Errors of an exporter at its start.

use std::{io, path::PathBuf};

use super::Protocol;
use crate::export::InvalidSetting;

/// Errors returned when an OTLP exporter is started.
///
/// A collector that cannot be reached is not an error: its items are dropped and counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OtlpError {
    /// The endpoint is not a URL of a collector.
    #[error("invalid endpoint `{endpoint}`: {reason}")]
    Endpoint {
        /// The endpoint, without credentials.
        endpoint: String,
        /// The reason.
        reason: String,
    },
    /// A header cannot be sent.
    #[error("invalid header `{name}`: {reason}")]
    Header {
        /// The header name.
        name: String,
        /// The reason.
        reason: &'static str,
    },
    /// The program was built without this protocol.
    #[error(
        "this program was built without OTLP over {0}: enable the feature `{feature}` of `glyph-runtime`",
        feature = .0.feature()
    )]
    ProtocolMissing(Protocol),
    /// Certificates and keys do not fit together.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
    /// A file with certificates or a key cannot be read.
    #[error(
        "cannot read {}: {reason}; set OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY, or the settings, to PEM files",
        path.display()
    )]
    Certificate {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A proxy cannot be used.
    #[error(
        "invalid proxy `{proxy}`: expected http://, https://, socks4:// or socks5:// with a host"
    )]
    Proxy {
        /// The proxy, without credentials.
        proxy: String,
    },
    /// A setting is out of range.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// A thread cannot be started.
    #[error("cannot start a thread for exports: {0}")]
    Thread(#[source] io::Error),
}
