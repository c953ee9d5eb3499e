//! What a pipeline is told, as plain data.

use std::time::Duration;

use crate::trace::{LONGEST_TIME, OtlpSettings, TraceError};

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
    /// The collector. An HTTP endpoint without any path gets `/v1/metrics`.
    pub otlp: OtlpSettings,
    /// From the beginning of one push to that of the next; `OTEL_METRIC_EXPORT_INTERVAL` by its usual name.
    pub interval: Duration,
    /// How long one push may take, with all its requests and attempts; `OTEL_METRIC_EXPORT_TIMEOUT`.
    pub export_timeout: Duration,
}

impl Settings {
    /// The defaults: a push each minute that may take half of one (OpenTelemetry specification, "Periodic exporting
    /// `MetricReader`").
    pub fn new(service: impl Into<String>, otlp: OtlpSettings) -> Self {
        Self {
            service: service.into(),
            version: None,
            environment: None,
            resource: Vec::new(),
            otlp,
            interval: Duration::from_secs(60),
            export_timeout: Duration::from_secs(30),
        }
    }

    /// These, if they make sense, with times that a clock can hold.
    pub(super) fn checked(mut self) -> Result<Self, TraceError> {
        let times = [
            ("the interval of pushes", self.interval),
            ("the export's time limit", self.export_timeout),
        ];
        if let Some((name, _)) = times.into_iter().find(|(_, time)| time.is_zero()) {
            return Err(TraceError::Setting {
                name,
                value: "0".to_owned(),
                allowed: "it is longer than nothing",
            });
        }
        self.interval = self.interval.min(LONGEST_TIME);
        self.export_timeout = self.export_timeout.min(LONGEST_TIME);
        Ok(self)
    }
}
