//! What a program says about its telemetry.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

#[cfg(feature = "admin")]
use super::serving::ServingBuilder;
use super::{BuildError, InstallError, Telemetry, pipelines::Started, shutdown::Running};
#[cfg(feature = "facade")]
use crate::facade::{Recorder, Upkeep};
use crate::{
    catalog::{AnyCatalog, Catalog, Registry},
    clock,
    config::{Configuration, Environment, Setting},
    expose::{Page, Target},
};

/// Changes settings that the environment has filled.
#[cfg(any(feature = "trace", feature = "log"))]
type Change<T> = Box<dyn FnOnce(&mut T) + Send>;

/// Describes the telemetry of a process; see [`Telemetry::builder`](crate::Telemetry::builder).
#[must_use = "nothing happens before `install` or `build`"]
pub struct TelemetryBuilder {
    service: String,
    version: Option<String>,
    deployment: Option<String>,
    environment: Environment<'static>,
    catalogs: Vec<&'static dyn AnyCatalog>,
    #[cfg(feature = "trace")]
    span_level: tracing::level_filters::LevelFilter,
    #[cfg(feature = "trace")]
    traces: Option<Vec<Change<crate::trace::Settings>>>,
    #[cfg(feature = "log")]
    log: Option<Vec<Change<crate::log::Settings>>>,
    #[cfg(any(feature = "trace", feature = "log"))]
    layers: super::Layers,
    #[cfg(any(feature = "trace", feature = "log"))]
    subscriber: bool,
    #[cfg(feature = "cli")]
    arguments: Option<crate::config::TelemetryArgs>,
    #[cfg(feature = "admin")]
    pub(super) serving: ServingBuilder,
    #[cfg(feature = "facade")]
    facade: bool,
}

/// What the pipelines are told.
pub(super) struct Settings {
    #[cfg(feature = "trace")]
    pub(super) span_level: tracing::level_filters::LevelFilter,
    #[cfg(feature = "trace")]
    pub(super) traces: Option<crate::trace::Settings>,
    #[cfg(feature = "log")]
    pub(super) log: Option<crate::log::Settings>,
}

impl TelemetryBuilder {
    pub(super) fn new(service: String) -> Self {
        Self {
            service,
            version: None,
            deployment: None,
            environment: Environment::of_process(),
            catalogs: Vec::new(),
            #[cfg(feature = "trace")]
            span_level: tracing::level_filters::LevelFilter::INFO,
            #[cfg(feature = "trace")]
            traces: Some(Vec::new()),
            #[cfg(feature = "log")]
            log: Some(Vec::new()),
            #[cfg(any(feature = "trace", feature = "log"))]
            layers: Vec::new(),
            #[cfg(any(feature = "trace", feature = "log"))]
            subscriber: true,
            #[cfg(feature = "cli")]
            arguments: None,
            #[cfg(feature = "admin")]
            serving: ServingBuilder::new(),
            #[cfg(feature = "facade")]
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
    /// log's level.
    #[cfg(feature = "trace")]
    pub fn span_level(mut self, level: impl Into<tracing::level_filters::LevelFilter>) -> Self {
        self.span_level = level.into();
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

    /// One more layer for the subscriber that `install` installs.
    #[cfg(any(feature = "trace", feature = "log"))]
    pub fn layer(
        mut self,
        layer: impl tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync,
    ) -> Self {
        self.layers.push(layer.boxed());
        self
    }

    /// Installs no `tracing` subscriber: the program puts [`Telemetry::layers`] on one of its own.
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
    #[cfg(feature = "facade")]
    pub fn without_facade(mut self) -> Self {
        self.facade = false;
        self
    }

    /// The parts, without a listener and without touching anything global. Spans and lines come from
    /// [`Telemetry::layers`].
    ///
    /// # Errors
    ///
    /// When two catalogs declare the same metric, two checks have one name, or a setting cannot be.
    pub fn build(mut self) -> Result<Telemetry, BuildError> {
        #[cfg(feature = "admin")]
        let serving = std::mem::replace(&mut self.serving, ServingBuilder::new()).build()?;
        let parts = Parts::new(&mut self, false)?;
        Ok(parts.into_telemetry(
            #[cfg(feature = "admin")]
            serving,
        ))
    }

    /// Installs a `tracing` subscriber with spans and log, OpenTelemetry's global tracer provider, the recorder of
    /// the `metrics` facade and, with the feature `admin`, starts the admin
    /// listener, by default at `127.0.0.1:9464` or where `OTEL_EXPORTER_PROMETHEUS_HOST` and
    /// `OTEL_EXPORTER_PROMETHEUS_PORT` say (OpenTelemetry specification, "Environment Variable
    /// Specification"). What the environment says of spans and logs is in [`config`](crate::config).
    ///
    /// # Errors
    ///
    /// When the parts do not fit together, a setting cannot be, the address is taken or malformed, or another
    /// subscriber or recorder is installed. Nothing is left behind then.
    pub fn install(mut self) -> Result<Telemetry, InstallError> {
        clock::calibrate();
        #[cfg(any(feature = "trace", feature = "log"))]
        let subscriber = self.subscriber;
        #[cfg(any(feature = "trace", feature = "log"))]
        if subscriber && has_subscriber() {
            return Err(InstallError::SubscriberInstalled);
        }
        #[cfg(feature = "admin")]
        let serving = std::mem::replace(&mut self.serving, ServingBuilder::new());
        #[cfg(feature = "facade")]
        let facade = self.facade;
        #[cfg(not(feature = "facade"))]
        let facade = false;
        #[cfg_attr(not(feature = "facade"), expect(unused_mut, reason = "no recorder"))]
        let mut parts = Parts::new(&mut self, facade)?;
        #[cfg(feature = "admin")]
        let serving = serving.install(&parts.page, &self.environment)?;
        #[cfg(feature = "facade")]
        let upkeep = parts.recorder.take().map(install_recorder).transpose()?;
        #[cfg_attr(not(feature = "facade"), expect(unused_mut, reason = "no recorder"))]
        let mut telemetry = parts.into_telemetry(
            #[cfg(feature = "admin")]
            serving,
        );
        #[cfg(feature = "facade")]
        {
            telemetry.upkeep = upkeep;
        }
        #[cfg(any(feature = "trace", feature = "log"))]
        if subscriber {
            install_subscriber(&telemetry)?;
        }
        Ok(telemetry)
    }

    /// What the environment says, changed by the program and the command line.
    fn settings(&mut self, configuration: &mut Configuration) -> Settings {
        if let Some(name) = self.deployment.take() {
            configuration.environment = Some(name);
        }
        let settings = Settings {
            #[cfg(feature = "trace")]
            span_level: self.span_level,
            #[cfg(feature = "trace")]
            traces: self.trace_settings(configuration),
            #[cfg(feature = "log")]
            log: self.log.take().map(|changes| {
                let mut log = std::mem::take(&mut configuration.log);
                changes.into_iter().for_each(|change| change(&mut log));
                log
            }),
        };
        #[cfg(feature = "trace")]
        if let Some(traces) = &settings.traces {
            configuration.service.clone_from(&traces.service);
        }
        settings
    }

    #[cfg(feature = "trace")]
    fn trace_settings(
        &mut self,
        configuration: &mut Configuration,
    ) -> Option<crate::trace::Settings> {
        let changes = self.traces.take()?;
        let mut traces = configuration.traces.take()?;
        if self.version.is_some() {
            traces.version.clone_from(&self.version);
        }
        traces.environment.clone_from(&configuration.environment);
        changes.into_iter().for_each(|change| change(&mut traces));
        #[cfg(feature = "cli")]
        if let Some(arguments) = &self.arguments {
            configuration.traces = Some(traces);
            configuration.apply(arguments);
            return configuration.traces.take();
        }
        Some(traces)
    }
}

/// Everything but what listens and what is global.
struct Parts {
    page: Page,
    started: Started,
    configuration: Configuration,
    #[cfg(feature = "facade")]
    recorder: Option<Recorder>,
}

impl Parts {
    #[cfg_attr(
        not(feature = "facade"),
        expect(unused_variables, reason = "there is no facade")
    )]
    fn new(builder: &mut TelemetryBuilder, facade: bool) -> Result<Self, BuildError> {
        let mut configuration = builder.environment.read(&builder.service)?;
        let settings = builder.settings(&mut configuration);
        let registry = Registry::new(std::mem::take(&mut builder.catalogs))?;
        #[cfg_attr(
            not(any(feature = "trace", feature = "log")),
            expect(unused_mut, reason = "there are no layers")
        )]
        let mut started = Started::new(settings)?;
        #[cfg(any(feature = "trace", feature = "log"))]
        started.layers.append(&mut builder.layers);
        #[cfg(feature = "facade")]
        let recorder = facade.then(|| Recorder::new(&registry));
        #[cfg(feature = "facade")]
        let foreign = recorder.as_ref().map(Recorder::families);
        #[cfg(not(feature = "facade"))]
        let foreign = None;
        let target = Target {
            service: configuration.service.clone(),
            version: builder.version.take(),
        };
        let page = Page::new(registry, target, foreign);
        started.pipelines.show(&page);
        Ok(Self {
            page,
            started,
            configuration,
            #[cfg(feature = "facade")]
            recorder,
        })
    }

    fn into_telemetry(
        self,
        #[cfg(feature = "admin")] serving: super::serving::Serving,
    ) -> Telemetry {
        let running = Running {
            pipelines: self.started.pipelines,
            #[cfg(feature = "admin")]
            health: serving.health,
            #[cfg(feature = "admin")]
            listener: Mutex::new(serving.listener),
            ended: Mutex::new(None),
        };
        Telemetry {
            page: self.page,
            running: Arc::new(running),
            propagators: self.configuration.propagators,
            warnings: self.configuration.warnings,
            #[cfg(any(feature = "trace", feature = "log"))]
            layers: Mutex::new(super::HiddenLayers(self.started.layers)),
            #[cfg(feature = "facade")]
            upkeep: None,
        }
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

#[cfg(feature = "facade")]
fn install_recorder(recorder: Recorder) -> Result<Upkeep, InstallError> {
    let others = recorder.others();
    metrics::set_global_recorder(recorder).map_err(|_| InstallError::RecorderInstalled)?;
    Ok(Upkeep::start(others)?)
}

/// Whether there is a global subscriber. A new thread has no other.
#[cfg(any(feature = "trace", feature = "log"))]
fn has_subscriber() -> bool {
    let is_there = || {
        tracing::dispatcher::get_default(|current| {
            !current.is::<tracing::subscriber::NoSubscriber>()
        })
    };
    let elsewhere = std::thread::Builder::new().spawn(is_there);
    elsewhere.is_ok_and(|thread| thread.join().unwrap_or(false))
}

#[cfg(any(feature = "trace", feature = "log"))]
fn install_subscriber(telemetry: &Telemetry) -> Result<(), InstallError> {
    use tracing_subscriber::layer::SubscriberExt;

    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|_| InstallError::SubscriberInstalled)?;
    #[cfg(feature = "trace")]
    if let Some(traces) = telemetry.traces() {
        opentelemetry::global::set_tracer_provider(traces.provider().clone());
    }
    for warning in telemetry.warnings() {
        tracing::warn!(target: "glyph_runtime::config", "{warning}");
    }
    Ok(())
}
