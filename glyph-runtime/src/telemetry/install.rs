//! Builds a telemetry, and installs it in the process.

use std::{mem, sync::Arc};

use super::{
    BuildError, InstallError, Telemetry, TelemetryBuilder,
    shutdown::Shutdown,
    signals::{Parts, RunningSubscriber, Signal},
};
use glyph_core::__runtime;

use crate::{
    config::Configuration,
    redaction::Redaction,
    resource::{INSTANCE, RandomInstance},
};
use glyph_core::catalog::Registry;

impl TelemetryBuilder {
    /// Builds the telemetry without a listener and without setting anything global.
    /// [`Telemetry::layers`] record spans and log lines.
    ///
    /// # Errors
    ///
    /// Returns an error if two catalogs expose the same metric, a view does not fit its catalog, two checks have the same name, or
    /// a setting is invalid.
    pub fn build(self) -> Result<Telemetry, BuildError> {
        self.start()
    }

    /// Builds the telemetry and installs it in the process.
    ///
    /// Sets the `tracing` subscriber with spans and log, OpenTelemetry's global tracer provider and
    /// propagator, a logger for the records of the `log` crate, and the recorder of the `metrics`
    /// crate.
    ///
    /// With the feature `admin` it starts the admin listener at the address of
    /// `OTEL_EXPORTER_PROMETHEUS_HOST` and `OTEL_EXPORTER_PROMETHEUS_PORT`, by default
    /// `127.0.0.1:9464` (OpenTelemetry specification, "Environment Variable Specification"). If
    /// no port is named and 9464 is in use, it takes a free one, and moves to 9464 when that
    /// is free. The log says where. The other variables are in [`config`](crate::config).
    ///
    /// # Errors
    ///
    /// Returns an error if the telemetry cannot be built, a named port is in use, an address is invalid, or
    /// another subscriber or recorder is installed. Nothing global is set then.
    pub fn install(mut self) -> Result<Telemetry, InstallError> {
        __runtime::calibrate();
        for signal in &mut self.signals {
            signal.prepare(&self.environment)?;
        }
        let telemetry = self.start()?;
        // The recorder is claimed first, so nothing is set if another one is installed. `prepare`
        // has looked for a subscriber before anything started.
        for signal in telemetry.signals() {
            signal.claim()?;
        }
        let subscriber = telemetry.running::<RunningSubscriber>();
        if let Some(level) = subscriber.and_then(RunningSubscriber::installed) {
            for warning in telemetry.warnings() {
                tracing::warn!(target: "glyph_runtime::config", "{warning}");
            }
            for signal in telemetry.signals() {
                signal.subscribed(level);
            }
        }
        for signal in telemetry.signals() {
            signal.install();
        }
        telemetry.exposition.installed();
        Ok(telemetry)
    }

    fn start(mut self) -> Result<Telemetry, BuildError> {
        let mut configuration = self.environment.read(&self.service)?;
        configuration.version = self.version.take();
        let mut signals = mem::take(&mut self.signals);
        self.configure(&mut signals, &mut configuration);
        let only_own = signals
            .iter()
            .any(|signal| signal.installs_only_own_layers());
        for signal in &mut signals {
            signal.learn_layers(only_own);
        }
        let instance = name_instance(&mut configuration, self.instance_id);
        let registry = Registry::of_views(self.catalogs)?;
        let mut parts = Parts::new(configuration, registry, instance);
        for signal in signals {
            let name = signal.name();
            let started = signal.start(&mut parts);
            let started = started.map_err(|source| BuildError::Signal {
                signal: name,
                source,
            })?;
            if let Some(running) = started {
                parts.keep(running);
            }
        }
        Ok(Telemetry::of(parts, self.service))
    }

    /// Applies the program's settings: those for all signals, those of each signal, then the
    /// command line.
    fn configure(&mut self, signals: &mut [Box<dyn Signal>], configuration: &mut Configuration) {
        mem::take(&mut self.changes).apply(configuration);
        let list = mem::replace(&mut self.redaction, Redaction::none());
        configuration.redaction = list.and(&configuration.redaction);
        share_redaction(signals, configuration);
        for signal in &mut *signals {
            signal.configure(configuration, self);
        }
        mem::take(&mut self.overrides).apply(configuration);
        unite_redaction(signals, configuration);
    }
}

/// Sets the id of the instance in the resource of all signals. Returns it if it is random. An empty
/// id is not set.
fn name_instance(configuration: &mut Configuration, id: Option<String>) -> Option<RandomInstance> {
    let names = |(name, _): &(String, String)| name == INSTANCE;
    let id = id.filter(|id| !id.is_empty());
    let last = configuration.resource.iter().rfind(|named| names(named));
    if id.is_none() && last.is_some_and(|(_, value)| !value.is_empty()) {
        return None;
    }
    let random = id.is_none().then(RandomInstance::new);
    let id = id.or_else(|| random.map(RandomInstance::text));
    let attribute = (INSTANCE.to_owned(), id.unwrap_or_default());
    configuration.resource.retain(|named| !names(named));
    configuration.resource.push(attribute);
    #[cfg(feature = "trace")]
    if let Some(traces) = &mut configuration.traces {
        traces.resource.clone_from(&configuration.resource);
    }
    random
}

/// Sets the names to redact in each signal.
fn share_redaction(signals: &[Box<dyn Signal>], configuration: &mut Configuration) {
    let shared = configuration.redaction.clone();
    for signal in signals {
        if let Some(redaction) = signal.redaction(configuration) {
            redaction.clone_from(&shared);
        }
    }
}

/// Redacts in each signal what the program has added to the settings of any signal.
fn unite_redaction(signals: &[Box<dyn Signal>], configuration: &mut Configuration) {
    let mut united: Option<Redaction> = None;
    for signal in signals {
        if let Some(redaction) = signal.redaction(configuration) {
            let before = united.take().unwrap_or_else(Redaction::none);
            united = Some(before.and(redaction));
        }
    }
    if let Some(united) = united {
        configuration.redaction = united;
    }
    share_redaction(signals, configuration);
}

impl Telemetry {
    fn of(mut parts: Parts, service: String) -> Self {
        let exposition = parts.exposition();
        Self {
            exposition: exposition.clone(),
            service,
            shutdown: Arc::new(Shutdown::new(parts.running, exposition)),
            propagators: parts.configuration.propagators,
            redaction: parts.configuration.redaction,
            warnings: parts.configuration.warnings,
        }
    }
}
