//! The log.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Directive;

use super::{
    environment::Reading,
    error::ConfigError,
    setting::Setting,
    values::{some_milliseconds, words},
};
use crate::log::{Audit, Format, LogSettings, SyncPolicy};

impl Reading<'_, '_> {
    pub(super) fn log(&mut self) -> Result<LogSettings, ConfigError> {
        let filter = self.value(Setting::LogFilter, directives)?;
        let level = self.value(Setting::LogLevel, level)?;
        let format = self.value(Setting::LogFormat, format)?;
        let mut settings = LogSettings::default();
        if let Some(filter) = filter.or(level.map(|level| level.to_string())) {
            settings.filter = filter;
        }
        if let Some(format) = format {
            settings.format = format;
        }
        let file = self.value(Setting::AuditFile, |text| Some(text.to_owned()))?;
        let sync = self.value(Setting::AuditSync, sync)?;
        settings.audit = file.map(|file| Audit {
            sync: sync.unwrap_or_default(),
            ..Audit::file(file)
        });
        Ok(settings)
    }
}

fn directives(text: &str) -> Option<String> {
    let all_right = words(text).all(|word| word.parse::<Directive>().is_ok());
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
