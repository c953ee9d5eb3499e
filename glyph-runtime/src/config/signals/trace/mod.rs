//! Spans, and the collectors of all signals.

mod batch;
mod collector;
pub(super) mod endpoint;
mod limits;
mod sampling;
pub(super) mod values;

use super::SignalVariables;
use crate::{
    config::{environment::Configuration, error::ConfigError, reading::Reading, setting::Setting},
    trace::{BatchLimits, FileSettings, TraceSettings},
};

pub(super) use self::{batch::BatchNames, collector::Exporter};

pub(super) const VARIABLES: SignalVariables = SignalVariables {
    read,
    ignores_disabled: false,
};

const BATCH: BatchNames = BatchNames {
    delay: Setting::BatchDelay,
    export_timeout: Setting::BatchExportTimeout,
    queue: Setting::BatchQueue,
    size: Setting::BatchSize,
};

fn read(
    reading: &mut Reading<'_, '_>,
    configuration: &mut Configuration,
) -> Result<(), ConfigError> {
    let mut settings = TraceSettings::new(configuration.service.clone());
    settings.environment.clone_from(&configuration.environment);
    settings.resource.clone_from(&configuration.resource);
    let exporter = reading.value(Setting::TracesExporter, |text| Exporter::parse(text, false))?;
    let (collector, has_endpoint) = reading.collector("TRACES")?;
    if exporter.map_or(has_endpoint, |exporter| exporter == Exporter::Otlp) {
        settings.otlp = Some(collector.clone());
    }
    settings.sampler = reading.sampler()?;
    settings.keep_failures = reading.keep_failures()?;
    settings.file = reading.value(Setting::TracesFile, |path| Some(FileSettings::new(path)))?;
    settings.batch = reading.batch(&BATCH, BatchLimits::default())?;
    settings.limits = reading.limits()?;
    configuration.traces = Some(settings);
    #[cfg(feature = "cli")]
    {
        configuration.collector = Some(collector);
    }
    Ok(())
}
