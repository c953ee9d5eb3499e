//! What a pipeline is told, as plain data.

use std::time::Duration;

use crate::{
    log::{Limits, Redaction},
    trace::{BatchLimits, OtlpSettings},
};

/// Everything that a [`Pipeline`](super::Pipeline) can be told. [`Settings::new`] gives the defaults, and each field
/// may be set by itself.
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
    /// The collector. An HTTP endpoint without any path gets `/v1/logs`.
    pub otlp: OtlpSettings,
    /// How records are gathered before they are exported.
    pub batch: BatchLimits,
    /// Which events are exported, as in `RUST_LOG`. An empty text is `info`. What hyper, h2, tonic, rustls and their
    /// like say below `warn` is left out unless the filter names them, as in `debug,h2=debug`. What they say because
    /// something is exported is left out always.
    pub filter: String,
    /// How much of a value, an event and a record is kept.
    pub limits: Limits,
    /// Whose values never leave.
    pub redaction: Redaction,
    /// Exports audit events as well. They are then dropped as others are when the collector does not keep up; the
    /// audit trail's own file is what never drops them.
    pub audit: bool,
}

impl Settings {
    /// The defaults: what the log's lines have, a batch each second (OpenTelemetry specification, "Batch
    /// `LogRecordProcessor`"), no audit events.
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
            audit: false,
        }
    }
}
