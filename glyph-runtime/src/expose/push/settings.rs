//! Settings of pushes.

use std::time::Duration;

use crate::{
    export::{InvalidSetting, limits::LONGEST_TIME},
    otlp::{OtlpSettings, metrics::Temporality},
};

/// Settings of a [`Pipeline`](super::Pipeline) of pushes. Start with [`MetricPushSettings::new`],
/// and set fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MetricPushSettings {
    /// The resource attribute `service.name`.
    pub service: String,
    /// The resource attribute `service.version`.
    pub version: Option<String>,
    /// The resource attribute `deployment.environment.name`.
    pub environment: Option<String>,
    /// More resource attributes. They replace those of host and process, but not the fields above.
    pub resource: Vec<(String, String)>,
    /// Names of instrumentation scopes, by the crate that declares the metrics. Default: the name of
    /// the crate.
    pub instrumentation_scopes: Vec<(String, String)>,
    /// The collector.
    pub otlp: OtlpSettings,
    /// The time from the start of one push to the start of the next, as in
    /// `OTEL_METRIC_EXPORT_INTERVAL`.
    pub interval: Duration,
    /// The time limit of one push, with all its requests and attempts, as in
    /// `OTEL_METRIC_EXPORT_TIMEOUT`.
    pub export_timeout: Duration,
    /// The time that the counts of a push cover, as in
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`.
    pub temporality: Temporality,
}

impl MetricPushSettings {
    /// Returns the defaults for a service: a push each minute, with a limit of 30 seconds
    /// (OpenTelemetry specification, "Periodic exporting `MetricReader`").
    pub fn new(service: impl Into<String>, otlp: OtlpSettings) -> Self {
        Self {
            service: service.into(),
            version: None,
            environment: None,
            resource: Vec::new(),
            instrumentation_scopes: Vec::new(),
            otlp,
            interval: Duration::from_secs(60),
            export_timeout: Duration::from_secs(30),
            temporality: Temporality::default(),
        }
    }

    /// Rejects times of zero, and limits times to what `Instant` can hold.
    pub(super) fn checked(mut self) -> Result<Self, InvalidSetting> {
        InvalidSetting::check_time("push interval", self.interval)?;
        InvalidSetting::check_time("export timeout", self.export_timeout)?;
        self.interval = self.interval.min(LONGEST_TIME);
        self.export_timeout = self.export_timeout.min(LONGEST_TIME);
        Ok(self)
    }
}
