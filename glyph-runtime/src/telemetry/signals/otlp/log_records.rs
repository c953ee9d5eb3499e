//! Log records that are exported over OTLP.

use std::time::Duration;

use super::Push;
use crate::{
    export::{Loss, Undelivered},
    expose::Exposition,
    log::{
        EventFilter,
        export::{LogExportSettings, Pipeline},
    },
    telemetry::{
        Telemetry, TelemetryBuilder,
        signals::{Order, Parts, Running, Signal, StartError, find_running, layers::SignalLayer},
    },
};

/// Whether log records are exported.
struct LogRecords(Push<LogExportSettings>);

/// The pipeline of log records.
#[derive(Debug)]
struct RunningLogRecords(Pipeline);

pub(in crate::telemetry::signals) fn signal() -> Box<dyn Signal> {
    Box::new(LogRecords(Push::Environment))
}

/// Returns the filter of the log records, if they are exported.
pub(in crate::telemetry::signals) fn filter(running: &[Box<dyn Running>]) -> Option<EventFilter> {
    let records: Option<&RunningLogRecords> = find_running(running);
    records.map(|records| records.0.event_filter())
}

impl Signal for LogRecords {
    fn name(&self) -> &'static str {
        "log records"
    }

    /// Starts with the filter, redaction and limits of the log: by default, an event that is not in
    /// log lines is not exported either.
    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        let configuration = &mut parts.configuration;
        let asked = configuration.logs_otlp.take();
        let unasked = configuration.unasked_logs.take();
        let log = &configuration.log;
        let settings = self.0.settings(asked, unasked, |records| {
            records.service.clone_from(&configuration.service);
            records.version.clone_from(&configuration.version);
            records.environment.clone_from(&configuration.environment);
            records.resource.clone_from(&configuration.resource);
            records.filter.clone_from(&log.filter);
            records.redaction.clone_from(&log.redaction);
            records.limits.clone_from(&log.limits);
            records.backtrace = log.backtrace;
        });
        let Some(settings) = settings else {
            return Ok(None);
        };
        let (layer, pipeline) = Pipeline::start_any(settings)?;
        parts.takes(pipeline.event_filter().most_verbose());
        parts.layers.push(SignalLayer::Records(layer));
        Ok(Some(Box::new(RunningLogRecords(pipeline))))
    }
}

impl Running for RunningLogRecords {
    fn order(&self) -> Order {
        Order::Together
    }

    fn report(&self, exposition: &Exposition) {
        exposition.show(&self.0);
    }

    fn losses(&self) -> Vec<Loss> {
        Vec::from_iter(self.0.loss())
    }

    fn flush(&self, limit: Duration) -> Result<(), Undelivered> {
        self.0.flush(limit)
    }

    fn shut_down(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.0.shutdown(deadline)
    }
}

impl TelemetryBuilder {
    /// Exports log records to an OTLP collector, even if the environment does not ask for it, after
    /// changing the settings that the environment sets. The log is written as well.
    ///
    /// Filter, redaction and limits begin as those of the log.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .logs_otlp(|logs| logs.filter = "warn".to_owned())
    ///     .build()?;
    /// # let _report = telemetry.shutdown_blocking(Duration::ZERO);
    /// # Ok(())
    /// # }
    /// ```
    pub fn logs_otlp(self, change: impl FnOnce(&mut LogExportSettings) + Send + 'static) -> Self {
        self.with(|records: &mut LogRecords| records.0.change(change))
    }

    /// Exports no log records, even if the environment asks for it.
    pub fn without_logs_otlp(self) -> Self {
        self.with(|records: &mut LogRecords| records.0 = Push::Never)
    }
}

impl Telemetry {
    /// Returns the pipeline that exports log records; `None` if they are not exported.
    #[must_use]
    pub fn logs_otlp(&self) -> Option<&Pipeline> {
        self.running::<RunningLogRecords>()
            .map(|records| &records.0)
    }
}
