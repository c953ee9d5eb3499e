//! Settings of a collector.

use std::{fmt, path::PathBuf, time::Duration};

/// Settings of a collector (OpenTelemetry specification, "OpenTelemetry Protocol Exporter").
#[derive(Clone)]
#[non_exhaustive]
pub struct OtlpSettings {
    /// The URL: `http://host:4318/v1/traces`, or `http://host:4317` for gRPC.
    ///
    /// An HTTP endpoint without a path gets the path of its signal: `/v1/traces`, `/v1/metrics` or
    /// `/v1/logs`. One with a path is used as it is. Without a scheme, `insecure` decides whether
    /// TLS is used.
    pub endpoint: String,
    /// The protocol of requests.
    pub protocol: Protocol,
    /// Headers of each request. Their values appear in no log.
    pub headers: Vec<(String, String)>,
    /// The time limit of one attempt to send.
    pub timeout: Duration,
    /// The compression of requests.
    pub compression: Compression,
    /// Uses no TLS for an endpoint without a scheme.
    pub insecure: bool,
    /// Certificates and keys.
    pub tls: TlsSettings,
}

impl OtlpSettings {
    /// Returns the defaults for an endpoint: ten seconds for an attempt, no compression, the system
    /// roots.
    pub fn new(endpoint: impl Into<String>, protocol: Protocol) -> Self {
        Self {
            endpoint: endpoint.into(),
            protocol,
            headers: Vec::new(),
            timeout: Duration::from_secs(10),
            compression: Compression::None,
            insecure: false,
            tls: TlsSettings::default(),
        }
    }
}

impl fmt::Debug for OtlpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        formatter
            .debug_struct("OtlpSettings")
            .field("endpoint", &self.endpoint)
            .field("protocol", &self.protocol)
            .field("headers", &names)
            .field("timeout", &self.timeout)
            .field("compression", &self.compression)
            .field("insecure", &self.insecure)
            .field("tls", &self.tls)
            .finish()
    }
}

/// The protocol of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// OTLP/gRPC, feature `otlp-grpc`.
    Grpc,
    /// OTLP/HTTP with protobuf, feature `otlp-http`.
    HttpProtobuf,
}

impl Protocol {
    /// Returns the feature of `glyph-runtime` that provides this protocol.
    #[must_use]
    pub fn feature(self) -> &'static str {
        match self {
            Self::Grpc => "otlp-grpc",
            Self::HttpProtobuf => "otlp-http",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Grpc => "gRPC",
            Self::HttpProtobuf => "HTTP",
        })
    }
}

/// The compression of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// No compression.
    #[default]
    None,
    /// gzip.
    Gzip,
}

/// Certificates and keys. All files are PEM.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TlsSettings {
    /// Trusted CA certificates, in place of the system roots.
    pub ca_file: Option<PathBuf>,
    /// The client certificate with its chain.
    pub client_certificate_file: Option<PathBuf>,
    /// The key of the client certificate.
    pub client_key_file: Option<PathBuf>,
    /// Accepts any certificate. A proxy on the way can then read and change all telemetry.
    pub insecure_skip_verify: bool,
}
