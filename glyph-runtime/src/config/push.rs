//! Metrics and log records: where they are pushed, and how.

#[cfg(feature = "log")]
use super::trace::BatchNames;
use super::{
    environment::{Reading, Resource},
    error::ConfigError,
    setting::Setting,
    values::some_milliseconds,
};
use crate::expose::otlp as metrics;

/// The settings of a push, and whether it is asked for.
#[derive(Debug)]
pub(super) struct Pushed<T> {
    pub(super) settings: T,
    pub(super) wanted: bool,
}

impl<T> Pushed<T> {
    /// What is asked for, and what is not.
    pub(super) fn split(pushed: Option<Self>) -> (Option<T>, Option<T>) {
        match pushed {
            Some(Self { settings, wanted }) if wanted => (Some(settings), None),
            Some(Self { settings, .. }) => (None, Some(settings)),
            None => (None, None),
        }
    }
}

#[cfg(feature = "log")]
const LOG_RECORDS: BatchNames = BatchNames {
    delay: Setting::LogBatchDelay,
    export_timeout: Setting::LogBatchExportTimeout,
    queue: Setting::LogBatchQueue,
    size: Setting::LogBatchSize,
};

impl Reading<'_, '_> {
    pub(super) fn metrics(
        &mut self,
        resource: &Resource,
    ) -> Result<Pushed<metrics::MetricPushSettings>, ConfigError> {
        let (collector, wanted) = self.pushed(Setting::MetricsExporter, "METRICS")?;
        let mut settings = metrics::MetricPushSettings::new(resource.service.clone(), collector);
        settings.environment.clone_from(&resource.environment);
        settings.resource.clone_from(&resource.attributes);
        if let Some(interval) = self.value(Setting::MetricInterval, some_milliseconds)? {
            settings.interval = interval;
        }
        if let Some(limit) = self.value(Setting::MetricExportTimeout, some_milliseconds)? {
            settings.export_timeout = limit;
        }
        Ok(Pushed { settings, wanted })
    }

    /// The events are those that become lines.
    #[cfg(feature = "log")]
    pub(super) fn log_records(
        &mut self,
        resource: &Resource,
        log: &crate::log::LogSettings,
    ) -> Result<Pushed<crate::log::export::LogExportSettings>, ConfigError> {
        let (collector, wanted) = self.pushed(Setting::LogsExporter, "LOGS")?;
        let mut settings =
            crate::log::export::LogExportSettings::new(resource.service.clone(), collector);
        settings.environment.clone_from(&resource.environment);
        settings.resource.clone_from(&resource.attributes);
        settings.batch = self.batch(&LOG_RECORDS, settings.batch)?;
        settings.filter.clone_from(&log.filter);
        Ok(Pushed { settings, wanted })
    }
}
