//! The log.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Directive;

use super::SignalVariables;
use crate::{
    config::{
        environment::Configuration,
        error::{ConfigError, quoted},
        reading::Reading,
        setting::Setting,
        values::{entries, pairs, some_milliseconds},
    },
    log::{Audit, DurationFormat, FieldNames, Format, LevelCase, LineShape, SyncPolicy},
};
use glyph_core::__runtime::nearest;

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
    settings.shape = shape(reading)?;
    let file = reading.value(Setting::AuditFile, |text| Some(text.to_owned()))?;
    let sync = reading.value(Setting::AuditSync, sync)?;
    settings.audit = file.map(|file| Audit {
        sync: sync.unwrap_or_default(),
        ..Audit::file(file)
    });
    Ok(())
}

fn shape(reading: &mut Reading<'_, '_>) -> Result<LineShape, ConfigError> {
    let level = reading.value(Setting::LogLevelCase, level_case)?;
    let duration = reading.value(Setting::LogDuration, duration)?;
    let duration = duration.unwrap_or_default();
    let names = reading.explained(Setting::LogFieldNames, |text| field_names(text, duration))?;
    Ok(LineShape {
        names: names.unwrap_or_default(),
        level: level.unwrap_or_default(),
        duration,
    })
}

/// Returns the names, or else the part of the text that is wrong, and why.
fn field_names(text: &str, duration: DurationFormat) -> Result<FieldNames, Option<String>> {
    let mut names = FieldNames::default();
    for (field, name) in pairs(text).ok_or(None)? {
        if !names.try_set(&field, &name) {
            return Err(Some(unknown_field(&field)));
        }
    }
    let problem = names.problem(duration);
    problem.map_or(Ok(names), |(name, rule)| {
        Err(Some(format!("{}: {rule}", quoted(&name))))
    })
}

fn unknown_field(field: &str) -> String {
    let known: Vec<_> = FieldNames::known().collect();
    let nearest = nearest(field, &known).and_then(|index| known.get(index));
    let hint = nearest.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
    format!("no field has the default name {}{hint}", quoted(field))
}

fn level_case(text: &str) -> Option<LevelCase> {
    Some(match text.to_ascii_lowercase().as_str() {
        "upper" => LevelCase::Upper,
        "lower" => LevelCase::Lower,
        _ => return None,
    })
}

fn duration(text: &str) -> Option<DurationFormat> {
    Some(match text.to_ascii_lowercase().as_str() {
        "s" => DurationFormat::Seconds,
        "ms" => DurationFormat::Milliseconds,
        "us" => DurationFormat::Microseconds,
        "ns" => DurationFormat::Nanoseconds,
        "text" => DurationFormat::Text,
        _ => return None,
    })
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
