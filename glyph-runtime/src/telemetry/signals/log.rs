//! The log, and the records of the `log` crate.

use std::{mem, time::Duration};

use tracing::level_filters::LevelFilter;
use tracing_log::AsLog;

use super::{
    Changes, Order, Parts, Running, Signal, StartError, find_running, layers::SignalLayer,
};
use crate::{
    config::Configuration,
    export::{Loss, Undelivered},
    expose::Exposition,
    log::{CHANGES, EventFilter, LogError, LogFilters, LogSettings, Pipeline},
    redaction::Redaction,
    telemetry::{Telemetry, TelemetryBuilder},
};

/// The program's changes of the log settings. `None` writes no log.
struct Log {
    changes: Option<Changes<LogSettings>>,
    is_wanted: bool,
    is_bridged: bool,
    logs_panics: bool,
}

/// The pipeline of log lines, if there is one.
#[derive(Debug)]
pub(super) struct RunningLog {
    pub(super) pipeline: Option<Pipeline>,
    filters: LogFilters,
    is_bridged: bool,
    logs_panics: bool,
}

/// Returns the filters of the log and of log records, once both have started.
pub(super) fn filters(running: &[Box<dyn Running>]) -> LogFilters {
    let log: Option<&RunningLog> = find_running(running);
    log.map(|log| log.filters.clone()).unwrap_or_default()
}

pub(super) fn signal() -> Box<dyn Signal> {
    Box::new(Log {
        changes: Some(Changes::default()),
        is_wanted: true,
        is_bridged: true,
        logs_panics: true,
    })
}

impl Signal for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn configure(&mut self, configuration: &mut Configuration, _: &TelemetryBuilder) {
        let changes = self.changes.take();
        self.is_wanted = changes.is_some();
        changes.unwrap_or_default().apply(&mut configuration.log);
    }

    /// Log records use the settings of the log, also without a log.
    fn redaction<'c>(&self, configuration: &'c mut Configuration) -> Option<&'c mut Redaction> {
        Some(&mut configuration.log.redaction)
    }

    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        let pipeline = self.is_wanted.then(|| start_lines(parts)).transpose()?;
        let filters = match &pipeline {
            Some(pipeline) => pipeline.filters(),
            None => filters_without_lines(parts),
        };
        Ok(Some(Box::new(RunningLog {
            pipeline,
            filters,
            is_bridged: self.is_bridged,
            logs_panics: self.logs_panics,
        })))
    }
}

/// Starts the log lines.
fn start_lines(parts: &mut Parts) -> Result<Pipeline, StartError> {
    let settings = mem::take(&mut parts.configuration.log);
    let (layer, mut pipeline) = Pipeline::start_any(settings)?;
    parts.takes(pipeline.event_filter().most_verbose());
    parts.layers.push(SignalLayer::Lines(layer));
    if let Some(records) = filter_of_records(parts) {
        pipeline.join(records);
    }
    Ok(pipeline)
}

fn filters_without_lines(parts: &Parts) -> LogFilters {
    let mut filters = LogFilters::default();
    if let Some(records) = filter_of_records(parts) {
        filters.add(records);
    }
    filters
}

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
fn filter_of_records(parts: &Parts) -> Option<EventFilter> {
    super::otlp::log_records::filter(&parts.running)
}

#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
const fn filter_of_records(_: &Parts) -> Option<EventFilter> {
    None
}

impl Running for RunningLog {
    /// The other signals log what they could not deliver.
    fn order(&self) -> Order {
        Order::Last
    }

    fn report(&self, exposition: &Exposition) {
        if let Some(pipeline) = &self.pipeline {
            exposition.show(pipeline);
        }
    }

    fn subscribed(&self, level: LevelFilter) {
        if !self.is_bridged {
            return;
        }
        if tracing_log::LogTracer::init_with_filter(level.as_log()).is_err() {
            tracing::warn!(
                target: "glyph_runtime::log",
                "another `log` logger is installed, so `log` records are not captured: remove it, or add \
                 `.without_log_bridge()`"
            );
        } else {
            self.filters.bridged();
        }
    }

    fn install(&self) {
        if self.logs_panics
            && let Some(pipeline) = &self.pipeline
        {
            pipeline.log_panics();
        }
    }

    fn losses(&self) -> Vec<Loss> {
        let pipeline = self.pipeline.as_ref();
        Vec::from_iter(pipeline.and_then(Pipeline::loss))
    }

    fn flush(&self, limit: Duration) -> Result<(), Undelivered> {
        let pipeline = self.pipeline.as_ref();
        pipeline.map_or(Ok(()), |log| log.flush(limit))
    }

    fn shut_down(&self, deadline: Duration) -> Result<(), Undelivered> {
        let pipeline = self.pipeline.as_ref();
        pipeline.map_or(Ok(()), |log| log.shutdown(deadline))
    }
}

impl TelemetryBuilder {
    /// Changes the log settings that the environment sets. Changes apply in the order of the calls.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, log::Output};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy").log(|log| log.output = Output::Stderr).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn log(self, change: impl FnOnce(&mut LogSettings) + Send + 'static) -> Self {
        self.with(|log: &mut Log| log.changes.get_or_insert_default().push(change))
    }

    /// Writes no log.
    pub fn without_log(self) -> Self {
        self.with(|log: &mut Log| log.changes = None)
    }

    /// Does not capture the records of the `log` crate.
    ///
    /// By default `install` turns them into events. If the program has another logger, a warning is
    /// logged instead.
    pub fn without_log_bridge(self) -> Self {
        self.with(|log: &mut Log| log.is_bridged = false)
    }

    /// Writes no log lines for panics.
    ///
    /// By default `install` sets a panic hook that [writes one](Pipeline::log_panics) and then
    /// calls the hook that was set before.
    pub fn without_panic_log(self) -> Self {
        self.with(|log: &mut Log| log.logs_panics = false)
    }
}

impl Telemetry {
    /// Returns the filter of the log, in the syntax of `RUST_LOG`. `None` without a log and without
    /// an export of log records.
    #[must_use]
    pub fn log_filter(&self) -> Option<String> {
        filters(self.signals()).text()
    }

    /// Changes the filter of the log while the program runs: levels, targets, spans and their fields,
    /// in the syntax of `RUST_LOG`.
    ///
    /// The export of log records changes with it, unless it started with another filter than the
    /// log. The level of exported spans does not: see [`TelemetryBuilder::span_level`].
    ///
    /// A directive about a span or its fields applies to open spans and stages too, sampled or not. The
    /// exception is an open span that the filter before has excluded, such as one at `DEBUG`: the log
    /// has never seen it.
    ///
    /// The change is a line of the log with level `INFO` and target `glyph_runtime::log`. If the new
    /// filter excludes that line, it is logged before the change, and is missing only if the old
    /// filter excludes it too.
    ///
    /// The endpoint `/log/filter` of the admin listener does the same: see
    /// [`TelemetryBuilder::admin_token`].
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, log::LogError};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy").build()?;
    /// telemetry.set_log_filter("info,[request{user=ada}]=debug")?;
    /// let error = telemetry.set_log_filter("info,proxy=loud").unwrap_err();
    /// assert!(matches!(error, LogError::Directive { directive, .. } if directive == "proxy=loud"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`LogError::Directive`] if a directive is invalid, and [`LogError::NoLog`] if there is
    /// neither a log nor an export of log records. The filter stays as it was.
    pub fn set_log_filter(&self, directives: &str) -> Result<(), LogError> {
        let filters = filters(self.signals());
        let log_change = |before: &str| {
            tracing::info!(target: CHANGES, before, filter = directives, "log filter changed");
        };
        if filters.would_exclude_changes(directives)? {
            log_change(&filters.text().unwrap_or_default());
            filters.set(directives).map(drop)
        } else {
            filters.set(directives).map(|before| log_change(&before))
        }
    }

    /// Returns the pipeline of log lines. `None` without a log.
    #[must_use]
    pub fn log(&self) -> Option<&Pipeline> {
        self.running::<RunningLog>()?.pipeline.as_ref()
    }
}
