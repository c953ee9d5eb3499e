//! Puts together what the builder was told, and into the process.

use std::sync::Arc;
#[cfg(any(feature = "admin", feature = "trace", feature = "log"))]
use std::sync::Mutex;

#[cfg(any(feature = "trace", feature = "log", feature = "metrics"))]
use super::globals;
#[cfg(feature = "admin")]
use super::signals::admin::ServingBuilder;
use super::{
    BuildError, InstallError, Telemetry, TelemetryBuilder,
    pipelines::Started,
    shutdown::{Progress, Running},
};
#[cfg(feature = "metrics")]
use crate::facade::Recorder;
use crate::{
    catalog::Registry,
    clock,
    config::Configuration,
    expose::{Page, Target},
};

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

    /// Installs a `tracing` subscriber with spans and log, OpenTelemetry's global tracer provider and propagator, a
    /// logger for the records of the `log` crate, the recorder of the `metrics` facade and, with the feature `admin`, starts the admin
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
        if subscriber && globals::has_subscriber() {
            return Err(InstallError::SubscriberInstalled);
        }
        #[cfg(feature = "admin")]
        let serving = std::mem::replace(&mut self.serving, ServingBuilder::new());
        #[cfg(feature = "metrics")]
        let facade = self.facade;
        #[cfg(not(feature = "metrics"))]
        let facade = false;
        #[cfg_attr(not(feature = "metrics"), expect(unused_mut, reason = "no recorder"))]
        let mut parts = Parts::new(&mut self, facade)?;
        #[cfg(feature = "log")]
        let bridge = self.log_bridge.then_some(parts.log_level);
        #[cfg(feature = "admin")]
        let serving = serving.install(&parts.page, &self.environment)?;
        #[cfg(feature = "metrics")]
        let upkeep = parts
            .recorder
            .take()
            .map(globals::install_recorder)
            .transpose()?;
        #[cfg_attr(not(feature = "metrics"), expect(unused_mut, reason = "no recorder"))]
        let mut telemetry = parts.into_telemetry(
            #[cfg(feature = "admin")]
            serving,
        );
        #[cfg(feature = "metrics")]
        {
            telemetry.upkeep = upkeep;
        }
        #[cfg(any(feature = "trace", feature = "log"))]
        if subscriber {
            globals::install_subscriber(
                &telemetry,
                #[cfg(feature = "log")]
                bridge,
            )?;
        }
        #[cfg(feature = "trace")]
        globals::install_propagators(telemetry.propagators());
        Ok(telemetry)
    }
}

/// Everything but what listens and what is global.
struct Parts {
    page: Page,
    started: Started,
    configuration: Configuration,
    /// From which level on events are of interest.
    #[cfg(feature = "log")]
    log_level: tracing::level_filters::LevelFilter,
    #[cfg(feature = "metrics")]
    recorder: Option<Recorder>,
}

impl Parts {
    #[cfg_attr(
        not(feature = "metrics"),
        expect(unused_variables, reason = "there is no facade")
    )]
    fn new(builder: &mut TelemetryBuilder, facade: bool) -> Result<Self, BuildError> {
        let mut configuration = builder.environment.read(&builder.service)?;
        #[cfg_attr(
            not(any(feature = "otlp-grpc", feature = "otlp-http")),
            expect(unused_mut, reason = "nothing is pushed")
        )]
        let mut settings = builder.settings(&mut configuration);
        #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
        let metrics_otlp = settings.metrics_otlp.take();
        let registry = Registry::new(std::mem::take(&mut builder.catalogs))?;
        #[cfg_attr(
            not(any(feature = "trace", feature = "log")),
            expect(unused_mut, reason = "there are no layers")
        )]
        let mut started = Started::new(settings)?;
        #[cfg(any(feature = "trace", feature = "log"))]
        started.take_in(std::mem::take(&mut builder.layers));
        #[cfg(feature = "metrics")]
        let recorder = facade.then(|| Recorder::new(&registry));
        #[cfg(feature = "metrics")]
        let foreign = recorder.as_ref().map(Recorder::families);
        #[cfg(not(feature = "metrics"))]
        let foreign = None;
        let target = Target {
            service: configuration.service.clone(),
            version: builder.version.take(),
        };
        let page = Page::new(registry, target, foreign);
        started.pipelines.show(&page);
        #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
        started.push(metrics_otlp, &page)?;
        Ok(Self {
            page,
            #[cfg(feature = "log")]
            log_level: started.level,
            started,
            configuration,
            #[cfg(feature = "metrics")]
            recorder,
        })
    }

    fn into_telemetry(
        self,
        #[cfg(feature = "admin")] serving: super::signals::admin::Serving,
    ) -> Telemetry {
        let running = Running {
            pipelines: self.started.pipelines,
            #[cfg(feature = "admin")]
            health: serving.health,
            #[cfg(feature = "admin")]
            listener: Mutex::new(serving.listener),
            progress: Progress::default(),
        };
        Telemetry {
            page: self.page,
            running: Arc::new(running),
            propagators: self.configuration.propagators,
            redaction: self.configuration.redaction,
            warnings: self.configuration.warnings,
            #[cfg(any(feature = "trace", feature = "log"))]
            layers: Mutex::new(super::HiddenLayers(self.started.layers)),
            #[cfg(feature = "metrics")]
            upkeep: None,
        }
    }
}
