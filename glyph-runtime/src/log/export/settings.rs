//! Settings of exported log records.

use std::time::Duration;

use crate::{
    export::BatchLimits,
    log::{FindBacktrace, Limits, Redaction},
    otlp::OtlpSettings,
};

/// Settings of a [`Pipeline`](super::Pipeline) of log records. Start with
/// [`LogExportSettings::new`], and set fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogExportSettings {
    /// The resource attribute `service.name`.
    pub service: String,
    /// The resource attribute `service.version`.
    pub version: Option<String>,
    /// The resource attribute `deployment.environment.name`.
    pub environment: Option<String>,
    /// More resource attributes. They replace those of host and process, but not the fields above.
    pub resource: Vec<(String, String)>,
    /// The collector.
    pub otlp: OtlpSettings,
    /// Limits of the queue and of batches.
    pub batch: BatchLimits,
    /// The filter of exported events, in the syntax of `RUST_LOG`. Default: empty, which is `info`.
    ///
    /// Events below `warn` of hyper, h2, tonic, rustls and similar crates are exported only if the
    /// filter names them, as in `debug,h2=debug`. Events of an export itself are never exported.
    pub filter: String,
    /// Limits of a value, an event and a record.
    pub limits: Limits,
    /// Names of fields to redact.
    pub redaction: Redaction,
    /// Returns the backtraces of errors. Default: `None`.
    pub backtrace: Option<FindBacktrace>,
    /// Exports audit events as well. Default: false.
    ///
    /// Like others, they are dropped if the collector is too slow. Only the audit trail never drops
    /// them.
    pub audit: bool,
}

impl LogExportSettings {
    /// Returns the defaults for a service: the limits of log lines, a batch each second
    /// (OpenTelemetry specification, "Batch `LogRecordProcessor`"), no audit events.
    pub fn new(service: impl Into<String>, otlp: OtlpSettings) -> Self {
        Self {
            service: service.into(),
            version: None,
            environment: None,
            resource: Vec::new(),
            otlp,
            batch: BatchLimits {
                delay: Duration::from_secs(1),
                ..BatchLimits::default()
            },
            filter: String::new(),
            limits: Limits::default(),
            redaction: Redaction::default(),
            backtrace: None,
            audit: false,
        }
    }
}
