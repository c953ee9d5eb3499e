//! Puts together what the builder was told, and into the process.

use std::sync::{Arc, Mutex};

#[cfg(feature = "admin")]
use super::serving::ServingBuilder;
use super::{
    BuildError, InstallError, Telemetry, TelemetryBuilder, pipelines::Started, shutdown::Running,
};
#[cfg(feature = "facade")]
use crate::facade::{Recorder, Upkeep};
use crate::{
    catalog::Registry,
    clock,
    config::Configuration,
    expose::{Page, Target},
    redaction::Redaction,
};

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
        self.hand_out_redaction(configuration);
        let mut settings = Settings {
            #[cfg(feature = "trace")]
            span_level: self.span_level,
            #[cfg(feature = "trace")]
            traces: self.trace_settings(configuration),
            #[cfg(feature = "log")]
            log: self.log.take().map(|changes| {
                let mut log = std::mem::take(&mut configuration.log);
                for change in changes {
                    change(&mut log);
                }
                log
            }),
        };
        #[cfg(feature = "trace")]
        if let Some(traces) = &settings.traces {
            configuration.service.clone_from(&traces.service);
        }
        settings.share_redaction(&mut configuration.redaction);
        settings
    }

    /// The list that every signal starts from.
    fn hand_out_redaction(&mut self, configuration: &mut Configuration) {
        let list = std::mem::replace(&mut self.redaction, Redaction::none());
        configuration.redaction = list.and(&configuration.redaction);
        #[cfg(feature = "trace")]
        if let Some(traces) = &mut configuration.traces {
            traces.redaction.clone_from(&configuration.redaction);
        }
        #[cfg(feature = "log")]
        configuration
            .log
            .redaction
            .clone_from(&configuration.redaction);
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
        for change in changes {
            change(&mut traces);
        }
        #[cfg(feature = "cli")]
        if let Some(arguments) = &self.arguments {
            configuration.traces = Some(traces);
            configuration.apply(arguments);
            return configuration.traces.take();
        }
        Some(traces)
    }
}

impl Settings {
    /// What is not to be seen in one signal is not to be seen in another.
    #[cfg_attr(
        not(any(feature = "trace", feature = "log")),
        expect(
            clippy::unused_self,
            unused_variables,
            reason = "there are no pipelines"
        )
    )]
    fn share_redaction(&mut self, shared: &mut Redaction) {
        #[cfg(any(feature = "trace", feature = "log"))]
        {
            let mut lists: Vec<&mut Redaction> = Vec::new();
            #[cfg(feature = "trace")]
            lists.extend(self.traces.as_mut().map(|traces| &mut traces.redaction));
            #[cfg(feature = "log")]
            lists.extend(self.log.as_mut().map(|log| &mut log.redaction));
            if !lists.is_empty() {
                let none = Redaction::none();
                *shared = lists.iter().fold(none, |all, list| all.and(list));
            }
            for list in lists {
                list.clone_from(shared);
            }
        }
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
            redaction: self.configuration.redaction,
            warnings: self.configuration.warnings,
            #[cfg(any(feature = "trace", feature = "log"))]
            layers: Mutex::new(super::HiddenLayers(self.started.layers)),
            #[cfg(feature = "facade")]
            upkeep: None,
        }
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
