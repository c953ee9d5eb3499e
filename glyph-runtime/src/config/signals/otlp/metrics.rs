//! Metrics that are exported over OTLP.

use crate::{
    config::{
        environment::Configuration,
        error::ConfigError,
        reading::Reading,
        setting::Setting,
        signals::SignalVariables,
        values::{some_milliseconds, time_limit},
    },
    expose::push::{MetricPushSettings, Temporality},
};

pub(in crate::config::signals) const VARIABLES: SignalVariables = SignalVariables {
    read,
    ignores_disabled: false,
};

fn temporality(text: &str) -> Option<Temporality> {
    match text.to_ascii_lowercase().as_str() {
        "cumulative" => Some(Temporality::Cumulative),
        "delta" => Some(Temporality::Delta),
        "lowmemory" => Some(Temporality::LowMemory),
        _ => None,
    }
}

fn read(
    reading: &mut Reading<'_, '_>,
    configuration: &mut Configuration,
) -> Result<(), ConfigError> {
    let (collector, is_wanted) = reading.exported(Setting::MetricsExporter, "METRICS")?;
    let mut settings = MetricPushSettings::new(configuration.service.clone(), collector);
    settings.environment.clone_from(&configuration.environment);
    settings.resource.clone_from(&configuration.resource);
    if let Some(interval) = reading.value(Setting::MetricInterval, some_milliseconds)? {
        settings.interval = interval;
    }
    if let Some(limit) = reading.value(Setting::MetricExportTimeout, time_limit)? {
        settings.export_timeout = limit;
    }
    if let Some(temporality) = reading.value(Setting::MetricTemporality, temporality)? {
        settings.temporality = temporality;
    }
    if is_wanted {
        configuration.metrics_otlp = Some(settings);
    } else {
        configuration.unasked_metrics = Some(settings);
    }
    Ok(())
}
