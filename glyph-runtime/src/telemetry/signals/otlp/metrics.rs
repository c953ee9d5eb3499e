//! Metrics that are exported over OTLP.

use std::time::Duration;

use super::Push;
use crate::{
    export::Undelivered,
    expose::push::{MetricPushSettings, Pipeline},
    telemetry::{
        Telemetry, TelemetryBuilder,
        signals::{Order, Parts, Running, Signal, StartError},
    },
};

/// Whether metrics are exported.
struct Metrics(Push<MetricPushSettings>);

/// The pipeline of metrics.
#[derive(Debug)]
struct RunningMetrics(Pipeline);

pub(in crate::telemetry::signals) fn signal() -> Box<dyn Signal> {
    Box::new(Metrics(Push::Environment))
}

impl Signal for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        let configuration = &mut parts.configuration;
        let asked = configuration.metrics_otlp.take();
        let unasked = configuration.unasked_metrics.take();
        let settings = self.0.settings(asked, unasked, |metrics| {
            metrics.service.clone_from(&configuration.service);
            metrics.version.clone_from(&configuration.version);
            metrics.environment.clone_from(&configuration.environment);
            metrics.resource.clone_from(&configuration.resource);
            let scopes = &configuration.instrumentation_scopes;
            metrics.instrumentation_scopes.clone_from(scopes);
        });
        let Some(settings) = settings else {
            return Ok(None);
        };
        let pipeline = Pipeline::start(settings, parts.exposition())?;
        Ok(Some(Box::new(RunningMetrics(pipeline))))
    }
}

/// The pipeline reports itself on the exposition that it exports.
impl Running for RunningMetrics {
    fn order(&self) -> Order {
        Order::Together
    }

    fn flush(&self, limit: Duration) -> Result<(), Undelivered> {
        self.0.flush(limit)
    }

    fn shut_down(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.0.shutdown(deadline)
    }
}

impl TelemetryBuilder {
    /// Exports metrics to an OTLP collector, even if the environment does not ask for it, after
    /// changing the settings that the environment sets. Everything in the exposition is exported.
    ///
    /// To let an operator decide, set an interval with [`TelemetryBuilder::env_default`] instead.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .metrics_otlp(|metrics| metrics.interval = Duration::from_secs(10))
    ///     .build()?;
    /// # let _report = telemetry.shutdown_blocking(Duration::ZERO);
    /// # Ok(())
    /// # }
    /// ```
    pub fn metrics_otlp(
        self,
        change: impl FnOnce(&mut MetricPushSettings) + Send + 'static,
    ) -> Self {
        self.with(|metrics: &mut Metrics| metrics.0.change(change))
    }

    /// Exports no metrics, even if the environment asks for it.
    pub fn without_metrics_otlp(self) -> Self {
        self.with(|metrics: &mut Metrics| metrics.0 = Push::Never)
    }
}

impl Telemetry {
    /// Returns the pipeline that exports metrics; `None` if they are not exported.
    #[must_use]
    pub fn metrics_otlp(&self) -> Option<&Pipeline> {
        self.running::<RunningMetrics>().map(|metrics| &metrics.0)
    }
}
