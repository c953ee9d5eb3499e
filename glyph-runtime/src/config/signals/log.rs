//! The log.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Directive;

use super::SignalVariables;
use crate::{
    config::{
        environment::Configuration,
        error::ConfigError,
        reading::Reading,
        setting::Setting,
        values::{entries, some_milliseconds},
    },
    log::{Audit, Format, SyncPolicy},
};

pub(super) const VARIABLES: SignalVariables = SignalVariables {
    read,
    ignores_disabled: true,
};

fn read(
    reading: &mut Reading<'_, '_>,
    configuration: &mut Configuration,
) -> Result<(), ConfigError> {
    let settings = &mut configuration.log;
    let filter = reading.value(Setting::LogFilter, directives)?;
    let level = reading.value(Setting::LogLevel, level)?;
    let format = reading.value(Setting::LogFormat, format)?;
    if let Some(filter) = filter.or(level.map(|level| level.to_string())) {
        settings.filter = filter;
    }
    if let Some(format) = format {
        settings.format = format;
    }
    let file = reading.value(Setting::AuditFile, |text| Some(text.to_owned()))?;
    let sync = reading.value(Setting::AuditSync, sync)?;
    settings.audit = file.map(|file| Audit {
        sync: sync.unwrap_or_default(),
        ..Audit::file(file)
    });
    Ok(())
}

fn directives(text: &str) -> Option<String> {
    let all_right = entries(text).all(|entry| entry.parse::<Directive>().is_ok());
    all_right.then(|| text.to_owned())
}

fn level(text: &str) -> Option<LevelFilter> {
    Some(match text.to_ascii_lowercase().as_str() {
        "trace" => LevelFilter::TRACE,
        "debug" => LevelFilter::DEBUG,
        "info" => LevelFilter::INFO,
        "warn" | "warning" => LevelFilter::WARN,
        "error" => LevelFilter::ERROR,
        "off" => LevelFilter::OFF,
        _ => return None,
    })
}

fn sync(text: &str) -> Option<SyncPolicy> {
    Some(match text.to_ascii_lowercase().as_str() {
        "always" => SyncPolicy::Always,
        "shutdown" => SyncPolicy::OnShutdown,
        interval => SyncPolicy::EveryInterval(some_milliseconds(interval)?),
    })
}

fn format(text: &str) -> Option<Format> {
    Some(match text.to_ascii_lowercase().as_str() {
        "json" => Format::Json,
        "pretty" => Format::Pretty,
        "auto" => Format::Auto,
        _ => return None,
    })
}
