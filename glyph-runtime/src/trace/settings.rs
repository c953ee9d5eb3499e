//! Settings of spans.

use std::{path::PathBuf, time::Duration};

use super::{Sampler, SpanDetails, StageSpans};
use crate::{export::BatchLimits, otlp::OtlpSettings, redaction::Redaction};

/// Settings of a [`Pipeline`](super::Pipeline) of spans. Start with [`TraceSettings::new`], and set
/// fields.
///
/// ```
/// use glyph_runtime::trace::{Sampler, TraceSettings};
///
/// let mut settings = TraceSettings::new("glyphoxa");
/// settings.sampler = Sampler::parent_based(Sampler::TraceIdRatio(0.01));
/// assert!(settings.otlp.is_none(), "without a collector, spans stay in the process");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TraceSettings {
    /// The resource attribute `service.name`.
    pub service: String,
    /// The resource attribute `service.version`.
    pub version: Option<String>,
    /// The resource attribute `deployment.environment.name`.
    pub environment: Option<String>,
    /// More resource attributes. They replace those of host and process, but not the fields above.
    pub resource: Vec<(String, String)>,
    /// Names of instrumentation scopes, by the crate that opens the spans. Default: the name of the
    /// crate.
    pub instrumentation_scopes: Vec<(String, String)>,
    /// The collector. Default: none, spans stay in the ring.
    pub otlp: Option<OtlpSettings>,
    /// The sampler. Default: all traces, unless the remote parent decided otherwise.
    pub sampler: Sampler,
    /// Limits of the queue and of batches.
    pub batch: BatchLimits,
    /// Limits of one span.
    pub limits: SpanLimits,
    /// Source, thread and timing attributes of spans. Default: none of them.
    pub details: SpanDetails,
    /// How the spans of stages are recorded. Default: [`StageSpans::Automatic`].
    pub stages: StageSpans,
    /// Names of attributes to redact in spans, events and links, for every exporter and the ring.
    pub redaction: Redaction,
    /// Limits of the ring of recent traces.
    pub ring: RingLimits,
    /// Keeps failed and slow traces in the ring, sampled or not. Default: none.
    pub keep_failures: Option<KeepFailures>,
    /// A file that gets every exported span. Default: none.
    pub file: Option<FileSettings>,
}

impl TraceSettings {
    /// Returns the defaults for a service: no collector, every trace sampled, a ring of recent
    /// traces.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            version: None,
            environment: None,
            resource: Vec::new(),
            instrumentation_scopes: Vec::new(),
            otlp: None,
            sampler: Sampler::parent_based(Sampler::AlwaysOn),
            batch: BatchLimits::default(),
            limits: SpanLimits::default(),
            details: SpanDetails::default(),
            stages: StageSpans::default(),
            redaction: Redaction::default(),
            ring: RingLimits::default(),
            keep_failures: None,
            file: None,
        }
    }
}

/// Limits of one span (OpenTelemetry specification, "Span Limits").
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SpanLimits {
    /// The most attributes of a span.
    pub attributes: u32,
    /// The most bytes of a string attribute, cut at a character. `None`: no limit.
    pub attribute_value_length: Option<usize>,
    /// The most events of a span.
    pub events: u32,
    /// The most attributes of an event.
    pub attributes_per_event: u32,
    /// The most links of a span.
    pub links: u32,
    /// The most attributes of a link.
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

/// Limits of the ring of recent traces. The oldest traces are removed to keep them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RingLimits {
    /// The most spans. 0 disables the ring.
    pub spans: usize,
    /// The most bytes of spans, approximately.
    pub bytes: usize,
    /// Keeps sampled traces in the ring even if there is a collector. Default: false, and true while the
    /// listener serves a console.
    pub with_collector: bool,
}

impl Default for RingLimits {
    fn default() -> Self {
        Self {
            spans: 4096,
            bytes: 8 << 20,
            with_collector: false,
        }
    }
}

/// Keeps traces in the ring in which a span failed, or whose local root was slow, whatever the
/// sampler decides.
///
/// Spans of unsampled traces are recorded for this from the beginning. Each of them then costs as
/// much as a sampled one, except for its export, and stages in an unsampled trace build their spans
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeepFailures {
    /// Keeps traces whose local root takes at least this long, also without an error.
    pub slower_than: Option<Duration>,
}

impl KeepFailures {
    /// Keeps traces with an error.
    #[must_use]
    pub fn errors() -> Self {
        Self { slower_than: None }
    }

    /// Keeps traces with an error, and those whose local root takes at least this long.
    #[must_use]
    pub fn errors_and_slower_than(limit: Duration) -> Self {
        Self {
            slower_than: Some(limit),
        }
    }
}

/// Settings of a file with one JSON object for each span.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileSettings {
    /// The path. Full files are renamed to `traces.jsonl.1` (the latest), `traces.jsonl.2` and so
    /// on.
    pub path: PathBuf,
    /// The most bytes of one file.
    pub max_bytes: u64,
    /// The number of full files to keep.
    pub kept_files: u32,
}

impl FileSettings {
    /// Returns the defaults: 64 MiB, and three full files in addition to the current one.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            max_bytes: 64 << 20,
            kept_files: 3,
        }
    }
}
