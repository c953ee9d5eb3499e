//! Log records that are exported over OTLP.

use crate::{
    config::{
        environment::Configuration,
        error::ConfigError,
        reading::Reading,
        setting::Setting,
        signals::{SignalVariables, trace::BatchNames},
        values::boolean,
    },
    log::export::LogExportSettings,
};

pub(in crate::config::signals) const VARIABLES: SignalVariables = SignalVariables {
    read,
    ignores_disabled: false,
};

const BATCH: BatchNames = BatchNames {
    delay: Setting::LogBatchDelay,
    export_timeout: Setting::LogBatchExportTimeout,
    queue: Setting::LogBatchQueue,
    size: Setting::LogBatchSize,
};

/// The events are those of the log.
fn read(
    reading: &mut Reading<'_, '_>,
    configuration: &mut Configuration,
) -> Result<(), ConfigError> {
    let (collector, is_wanted) = reading.exported(Setting::LogsExporter, "LOGS")?;
    let mut settings = LogExportSettings::new(configuration.service.clone(), collector);
    settings.environment.clone_from(&configuration.environment);
    settings.resource.clone_from(&configuration.resource);
    settings.batch = reading.batch(&BATCH, settings.batch)?;
    settings.filter.clone_from(&configuration.log.filter);
    let audit = reading.value(Setting::AuditOtlp, boolean)?;
    settings.audit = audit.unwrap_or(settings.audit);
    if is_wanted {
        configuration.logs_otlp = Some(settings);
    } else {
        configuration.unasked_logs = Some(settings);
    }
    Ok(())
}
