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
    /// The time limit of one attempt to send. With `Duration::MAX`, only the batch has a limit,
    /// and connecting, which has at most ten seconds.
    pub timeout: Duration,
    /// The longest pause that the collector can ask for, with `Retry-After` or `RetryInfo`.
    pub longest_retry_delay: Duration,
    /// The compression of requests.
    pub compression: Compression,
    /// Uses no TLS for an endpoint without a scheme.
    pub insecure: bool,
    /// Certificates and keys.
    pub tls: TlsSettings,
    /// Proxies on the way to the collector.
    pub proxy: ProxySettings,
}

impl OtlpSettings {
    /// Returns the defaults for an endpoint: ten seconds for an attempt, at most five minutes until
    /// the next, no compression, the system roots, no proxy.
    pub fn new(endpoint: impl Into<String>, protocol: Protocol) -> Self {
        Self {
            endpoint: endpoint.into(),
            protocol,
            headers: Vec::new(),
            timeout: Duration::from_secs(10),
            longest_retry_delay: Duration::from_secs(300),
            compression: Compression::None,
            insecure: false,
            tls: TlsSettings::default(),
            proxy: ProxySettings::default(),
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
            .field("longest_retry_delay", &self.longest_retry_delay)
            .field("compression", &self.compression)
            .field("insecure", &self.insecure)
            .field("tls", &self.tls)
            .field("proxy", &self.proxy)
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// Proxies, as curl reads them from the variables of the same names.
///
/// A proxy is `http://`, `https://`, `socks4://` or `socks5://` with a host, a port, and before
/// them `user:password@` if the proxy asks for it. It looks up the host of the collector.
/// Requests of OTLP/HTTP to an `http://` endpoint go to an HTTP proxy as they are. All others go
/// through a tunnel (`CONNECT`).
///
/// ```
/// use glyph_runtime::trace::{OtlpSettings, Protocol};
///
/// let mut collector = OtlpSettings::new("https://collector.example", Protocol::HttpProtobuf);
/// collector.proxy.https = Some("http://ada:password@proxy.example:3128".to_owned());
/// assert!(!format!("{collector:?}").contains("password"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxySettings {
    /// The proxy for `http://` endpoints (`HTTP_PROXY`).
    pub http: Option<String>,
    /// The proxy for `https://` endpoints (`HTTPS_PROXY`).
    pub https: Option<String>,
    /// The proxy for endpoints of both schemes that have none (`ALL_PROXY`).
    pub all: Option<String>,
    /// Hosts without a proxy, separated by commas: names with their subdomains, addresses,
    /// networks such as `10.0.0.0/8`, or `*` (`NO_PROXY`).
    pub none: Option<String>,
}

/// Leaves out URLs, which may have passwords.
impl fmt::Debug for ProxySettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProxySettings")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("all", &self.all.is_some())
            .field("none", &self.none)
            .finish()
    }
}
