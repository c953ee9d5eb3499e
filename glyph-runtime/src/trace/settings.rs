//! What a pipeline is told, as plain data.

use std::{fmt, path::PathBuf, time::Duration};

use super::Sampler;
use crate::redaction::Redaction;

/// No time limit is longer than a day.
pub(crate) const LONGEST_TIME: Duration = Duration::from_secs(24 * 3600);

/// Everything that a [`Pipeline`](super::Pipeline) can be told. [`Settings::new`] gives the defaults, and each field
/// may be set by itself.
///
/// ```
/// use glyph_runtime::trace::{Sampler, Settings};
///
/// let mut settings = Settings::new("glyphoxa");
/// settings.sampler = Sampler::parent_based(Sampler::TraceIdRatio(0.01));
/// assert!(settings.otlp.is_none(), "without a collector, spans stay in the process");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// `service.name`.
    pub service: String,
    /// `service.version`.
    pub version: Option<String>,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// More attributes of the resource; they replace those of host and process, and give way to the three above.
    pub resource: Vec<(String, String)>,
    /// The collector; without one, spans stay in the ring.
    pub otlp: Option<OtlpSettings>,
    /// Which traces are sampled; all, unless the caller in another process decided otherwise.
    pub sampler: Sampler,
    /// How spans are gathered before they are exported.
    pub batch: BatchLimits,
    /// How much one span may hold.
    pub limits: SpanLimits,
    /// Attributes whose values never leave, of spans, their events and their links; neither to an exporter nor into the
    /// ring.
    pub redaction: Redaction,
    /// How much the ring of recent traces may hold.
    pub ring: RingLimits,
    /// Keeps traces that failed or took long in the ring, sampled or not.
    pub keep_failures: Option<KeepFailures>,
    /// Writes each span to a file as well.
    pub file: Option<FileSettings>,
}

impl Settings {
    /// The defaults: no collector, every trace sampled, a ring of recent traces.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            version: None,
            environment: None,
            resource: Vec::new(),
            otlp: None,
            sampler: Sampler::parent_based(Sampler::AlwaysOn),
            batch: BatchLimits::default(),
            limits: SpanLimits::default(),
            redaction: Redaction::default(),
            ring: RingLimits::default(),
            keep_failures: None,
            file: None,
        }
    }
}

/// Where the collector is, and how it is spoken to (OpenTelemetry specification, "OpenTelemetry Protocol Exporter").
#[derive(Clone)]
#[non_exhaustive]
pub struct OtlpSettings {
    /// `http://host:4318/v1/traces`, or `http://host:4317` for gRPC. An HTTP endpoint without any path gets
    /// `/v1/traces`; one with a path is used as it is. Without a scheme, `insecure` decides.
    pub endpoint: String,
    /// How requests are written.
    pub protocol: Protocol,
    /// Sent with each request. Their values are never shown.
    pub headers: Vec<(String, String)>,
    /// How long one attempt to send may take.
    pub timeout: Duration,
    /// How requests are packed.
    pub compression: Compression,
    /// An endpoint without a scheme is spoken to in the clear.
    pub insecure: bool,
    /// Whom to trust, and who we are.
    pub tls: TlsSettings,
}

impl OtlpSettings {
    /// The defaults for an endpoint: ten seconds for an attempt, no compression, the system's roots.
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

/// How requests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// OTLP/gRPC, feature `otlp-grpc`.
    Grpc,
    /// OTLP/HTTP with protobuf, feature `otlp-http`.
    HttpProtobuf,
}

/// How requests are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// By gzip.
    Gzip,
}

/// Whom to trust, and who we are. All files are PEM.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TlsSettings {
    /// Certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Our own certificate, with its chain.
    pub client_certificate_file: Option<PathBuf>,
    /// The key of our own certificate.
    pub client_key_file: Option<PathBuf>,
    /// Trusts any certificate. Whoever sits in between can then read and change all spans.
    pub insecure_skip_verify: bool,
}

/// How spans are gathered before they are exported (OpenTelemetry specification, "Batching processor").
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchLimits {
    /// Spans that may wait; one more is dropped and counted.
    pub queue: usize,
    /// Bytes of spans that may wait, about.
    pub queue_bytes: usize,
    /// Spans in one request.
    pub batch: usize,
    /// How long the first span of a batch waits for more.
    pub delay: Duration,
    /// How long a batch may take, with all attempts; after that its spans are dropped and counted.
    pub export_timeout: Duration,
}

impl BatchLimits {
    /// Times that a clock can hold.
    pub(crate) fn clamped(self) -> Self {
        Self {
            delay: self.delay.min(LONGEST_TIME),
            export_timeout: self.export_timeout.min(LONGEST_TIME),
            ..self
        }
    }
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            queue: 2048,
            queue_bytes: 32 << 20,
            batch: 512,
            delay: Duration::from_secs(5),
            export_timeout: Duration::from_secs(30),
        }
    }
}

/// How much one span may hold (OpenTelemetry specification, "Span Limits").
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SpanLimits {
    /// Attributes of a span.
    pub attributes: u32,
    /// Bytes of an attribute's text, cut at a letter; `None` leaves it whole.
    pub attribute_value_length: Option<usize>,
    /// Events of a span.
    pub events: u32,
    /// Attributes of an event.
    pub attributes_per_event: u32,
    /// Links of a span.
    pub links: u32,
    /// Attributes of a link.
    pub attributes_per_link: u32,
}

impl Default for SpanLimits {
    fn default() -> Self {
        Self {
            attributes: 128,
            attribute_value_length: None,
            events: 128,
            attributes_per_event: 128,
            links: 128,
            attributes_per_link: 128,
        }
    }
}

/// How much the ring of recent traces may hold; beyond it the oldest trace goes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RingLimits {
    /// Spans; 0 keeps none.
    pub spans: usize,
    /// Bytes of spans, about.
    pub bytes: usize,
    /// Keeps sampled traces in the ring although a collector gets them too.
    pub beside_collector: bool,
}

impl Default for RingLimits {
    fn default() -> Self {
        Self {
            spans: 4096,
            bytes: 8 << 20,
            beside_collector: false,
        }
    }
}

/// Keeps each trace in which a span failed, or whose root in this process took long, whatever the sampler says.
///
/// To know at the end, spans of unsampled traces must be recorded from the beginning. Each of them then costs as much
/// as a sampled one, less its export, and stages under an unsampled root build their spans again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeepFailures {
    /// A root that takes at least this long is kept without an error too.
    pub slower_than: Option<Duration>,
}

impl KeepFailures {
    /// Keeps traces with an error.
    #[must_use]
    pub fn errors() -> Self {
        Self { slower_than: None }
    }

    /// Keeps traces with an error, and those whose root took at least this long.
    #[must_use]
    pub fn errors_and_slower_than(limit: Duration) -> Self {
        Self {
            slower_than: Some(limit),
        }
    }
}

/// A file that gets one JSON object for each span.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileSettings {
    /// Its path. Files that were full are beside it as `traces.jsonl.1` (the latest), `traces.jsonl.2` and so on.
    pub path: PathBuf,
    /// Bytes after which a new file is begun.
    pub max_bytes: u64,
    /// Full files that are kept beside the current one.
    pub kept_files: u32,
}

impl FileSettings {
    /// The defaults: 64 MiB, and three full files beside the current one.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            max_bytes: 64 << 20,
            kept_files: 3,
        }
    }
}

#[cfg(any(not(feature = "otlp-grpc"), not(feature = "otlp-http")))]
impl Protocol {
    /// What to say where this protocol was not built in.
    pub(crate) fn missing(self) -> super::TraceError {
        let (protocol, feature) = match self {
            Self::Grpc => ("gRPC", "otlp-grpc"),
            Self::HttpProtobuf => ("HTTP", "otlp-http"),
        };
        super::TraceError::ProtocolMissing { protocol, feature }
    }
}
