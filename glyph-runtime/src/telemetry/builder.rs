//! What a program says about its telemetry.

use std::fmt;

#[cfg(feature = "admin")]
use super::signals::admin::ServingBuilder;
#[cfg(any(feature = "trace", feature = "log"))]
use super::signals::changes::Change;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
use super::signals::changes::Push;
use crate::{
    catalog::{AnyCatalog, Catalog},
    config::{Environment, Setting},
    redaction::Redaction,
};

/// Describes the telemetry of a process; see [`Telemetry::builder`](crate::Telemetry::builder).
#[must_use = "nothing happens before `install` or `build`"]
pub struct TelemetryBuilder {
    pub(super) service: String,
    pub(super) version: Option<String>,
    pub(super) deployment: Option<String>,
    pub(super) environment: Environment<'static>,
    pub(super) catalogs: Vec<&'static dyn AnyCatalog>,
    pub(super) redaction: Redaction,
    #[cfg(feature = "trace")]
    pub(super) spans: super::signals::traces::filter::Spans,
    #[cfg(feature = "trace")]
    pub(super) traces: Option<Vec<Change<crate::trace::Settings>>>,
    #[cfg(feature = "log")]
    pub(super) log: Option<Vec<Change<crate::log::Settings>>>,
    #[cfg(feature = "log")]
    pub(super) log_bridge: bool,
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) metrics_otlp: Push<crate::expose::otlp::Settings>,
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub(super) logs_otlp: Push<crate::log::export::Settings>,
    #[cfg(any(feature = "trace", feature = "log"))]
    pub(super) layers: super::Layers,
    #[cfg(any(feature = "trace", feature = "log"))]
    pub(super) subscriber: bool,
    #[cfg(feature = "cli")]
    pub(super) arguments: Option<crate::config::TelemetryArgs>,
    #[cfg(feature = "admin")]
    pub(super) serving: ServingBuilder,
    #[cfg(feature = "metrics")]
    pub(super) facade: bool,
}

impl TelemetryBuilder {
    pub(super) fn new(service: String) -> Self {
        Self {
            service,
            version: None,
            deployment: None,
            environment: Environment::of_process(),
            catalogs: Vec::new(),
            redaction: Redaction::default(),
            #[cfg(feature = "trace")]
            spans: super::signals::traces::filter::Spans::default(),
            #[cfg(feature = "trace")]
            traces: Some(Vec::new()),
            #[cfg(feature = "log")]
            log: Some(Vec::new()),
            #[cfg(feature = "log")]
            log_bridge: true,
            #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
            metrics_otlp: Push::Environment,
            #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
            logs_otlp: Push::Environment,
            #[cfg(any(feature = "trace", feature = "log"))]
            layers: Vec::new(),
            #[cfg(any(feature = "trace", feature = "log"))]
            subscriber: true,
            #[cfg(feature = "cli")]
            arguments: None,
            #[cfg(feature = "admin")]
            serving: ServingBuilder::new(),
            #[cfg(feature = "metrics")]
            facade: true,
        }
    }

    /// The service's version, which appears in `target_info` and on spans as `service.version`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Where it is deployed: `deployment.environment.name`, whatever the environment says.
    pub fn deployment_environment(mut self, name: impl Into<String>) -> Self {
        self.deployment = Some(name.into());
        self
    }

    /// Puts a catalog on the page, with those nested in it.
    pub fn catalog<C: Catalog>(mut self, catalog: &'static C) -> Self {
        self.catalogs.push(catalog);
        self
    }

    /// Whose values never leave: in lines of the log and the audit trail, in exported log records, and in spans with their
    /// events and links, wherever they go. [`Redaction::default`] unless told otherwise.
    ///
    /// There is one list for all of them, [`Telemetry::redaction`](crate::Telemetry::redaction). Names of `GLYPH_REDACTED_FIELDS` are on it in any case, and so are those that
    /// the settings of one signal have.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, redaction::Redaction};
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .redaction(Redaction::default().with("iban"))
    ///     .build()?;
    /// let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    /// tracing::subscriber::with_default(subscriber, || {
    ///     tracing::info_span!("payment", customer.iban = "DE02 1203", amount = 3).in_scope(|| {});
    /// });
    /// let trace = &telemetry.recent_traces()[0];
    /// assert_eq!(trace.spans[0].attributes["customer.iban"], "[redacted]");
    /// assert_eq!(trace.spans[0].attributes["amount"], 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.redaction = redaction;
        self
    }

    /// One more name of a variable, which counts where the standard one is not set.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, config::Setting};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .env_alias("IBEX_ENV", Setting::DeploymentEnvironment)
    ///     .env_alias("IBEX_LOG_LEVEL", Setting::LogLevel)
    ///     .env_alias("IBEX_LOG_FORMAT", Setting::LogFormat)
    ///     .env_alias("OTEL_SAMPLE_RATIO", Setting::SampleRatio)
    ///     .env_default(Setting::SampleRatio, "0.01")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn env_alias(mut self, variable: impl Into<String>, setting: Setting) -> Self {
        self.environment = self.environment.alias(variable, setting);
        self
    }

    /// What a setting is where no variable sets it, written as in the variable.
    pub fn env_default(mut self, setting: Setting, value: impl Into<String>) -> Self {
        self.environment = self.environment.default_value(setting, value);
        self
    }

    /// Looks variables up in this way instead of in the process, for tests.
    pub fn env_lookup(mut self, lookup: impl Fn(&str) -> Option<String> + Send + 'static) -> Self {
        self.environment.replace_lookup(lookup);
        self
    }

    /// Changes what the environment says of spans, in the order of the calls.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, trace::KeepFailures};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .traces(|traces| traces.keep_failures = Some(KeepFailures::errors()))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "trace")]
    pub fn traces(
        mut self,
        change: impl FnOnce(&mut crate::trace::Settings) + Send + 'static,
    ) -> Self {
        self.traces.get_or_insert_default().push(Box::new(change));
        self
    }

    /// Makes no spans.
    #[cfg(feature = "trace")]
    pub fn without_traces(mut self) -> Self {
        self.traces = None;
        self
    }

    /// Takes spans and their events from this level on, `INFO` unless told otherwise. It is independent of the
    /// log's level. hyper, h2, tonic, rustls and their like are asked for warnings alone; see
    /// [`TelemetryBuilder::span_target`].
    #[cfg(feature = "trace")]
    pub fn span_level(mut self, level: impl Into<tracing::level_filters::LevelFilter>) -> Self {
        self.spans.level = level.into();
        self
    }

    /// [`TelemetryBuilder::span_level`] for one target and the modules in it. Of several that fit the longest counts.
    ///
    /// What an exporter's own thread does makes no span whatever is asked for.
    ///
    /// ```
    /// use glyph_runtime::Telemetry;
    /// use tracing::level_filters::LevelFilter;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .span_target("proxy::pool", LevelFilter::DEBUG)
    ///     .span_target("h2", LevelFilter::TRACE)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "trace")]
    pub fn span_target(
        mut self,
        target: impl Into<String>,
        level: impl Into<tracing::level_filters::LevelFilter>,
    ) -> Self {
        self.spans.target(target.into(), level.into());
        self
    }

    /// Pushes metrics to an OTLP collector beside the page, also where no variable asks for it, after changing what the
    /// environment says of that. Everything on the page is pushed.
    ///
    /// Where an operator is to decide, [`TelemetryBuilder::env_default`] sets an interval as well.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .metrics_otlp(|metrics| metrics.interval = Duration::from_secs(10))
    ///     .build()?;
    /// # let _told = telemetry.shutdown_blocking(Duration::ZERO);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub fn metrics_otlp(
        mut self,
        change: impl FnOnce(&mut crate::expose::otlp::Settings) + Send + 'static,
    ) -> Self {
        self.metrics_otlp.change(Box::new(change));
        self
    }

    /// Pushes no metrics, whatever the environment says.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub fn without_metrics_otlp(mut self) -> Self {
        self.metrics_otlp = Push::Never;
        self
    }

    /// Sends log records to an OTLP collector beside the log's lines, also where no variable asks for it, after changing
    /// what the environment says of that. Filter, redaction and limits begin as those of the lines.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .logs_otlp(|logs| logs.filter = "warn".to_owned())
    ///     .build()?;
    /// # let _told = telemetry.shutdown_blocking(Duration::ZERO);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub fn logs_otlp(
        mut self,
        change: impl FnOnce(&mut crate::log::export::Settings) + Send + 'static,
    ) -> Self {
        self.logs_otlp.change(Box::new(change));
        self
    }

    /// Sends no log records, whatever the environment says.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub fn without_logs_otlp(mut self) -> Self {
        self.logs_otlp = Push::Never;
        self
    }

    /// Changes what the environment says of the log, in the order of the calls.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, log::Output};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy").log(|log| log.output = Output::Stderr).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "log")]
    pub fn log(mut self, change: impl FnOnce(&mut crate::log::Settings) + Send + 'static) -> Self {
        self.log.get_or_insert_default().push(Box::new(change));
        self
    }

    /// Writes no log.
    #[cfg(feature = "log")]
    pub fn without_log(mut self) -> Self {
        self.log = None;
        self
    }

    /// Leaves the records of the `log` crate alone. Otherwise `install` takes them for events, unless the program has
    /// another logger, which then is told in the log.
    #[cfg(feature = "log")]
    pub fn without_log_bridge(mut self) -> Self {
        self.log_bridge = false;
        self
    }

    /// One more layer for the subscriber that `install` installs.
    #[cfg(any(feature = "trace", feature = "log"))]
    pub fn layer(
        mut self,
        layer: impl tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync,
    ) -> Self {
        self.layers.push(layer.boxed());
        self
    }

    /// Installs no `tracing` subscriber: the program puts
    /// [`Telemetry::layers`](crate::Telemetry::layers) on one of its own.
    #[cfg(any(feature = "trace", feature = "log"))]
    pub fn without_subscriber(mut self) -> Self {
        self.subscriber = false;
        self
    }

    /// What the command line says, which counts more than all else.
    #[cfg(feature = "cli")]
    pub fn arguments(mut self, arguments: crate::config::TelemetryArgs) -> Self {
        self.arguments = Some(arguments);
        self
    }

    /// Installs no recorder for the `metrics` crate.
    #[cfg(feature = "metrics")]
    pub fn without_facade(mut self) -> Self {
        self.facade = false;
        self
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let catalogs = self
            .catalogs
            .iter()
            .map(|catalog| catalog.descriptor().name);
        formatter
            .debug_struct("TelemetryBuilder")
            .field("service", &self.service)
            .field("catalogs", &catalogs.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
