//! The parts that signals contribute to and use while they start.

use tracing::level_filters::LevelFilter;

use super::{Running, layers::SignalLayer};
use crate::{
    config::Configuration,
    expose::{Exposition, ExternalRecorder},
    resource::{RandomInstance, Resource},
};
use glyph_core::catalog::Registry;

/// The parts of a telemetry that is starting.
pub(in crate::telemetry) struct Parts {
    pub(in crate::telemetry) configuration: Configuration,
    pub(in crate::telemetry) registry: Registry,
    /// Metrics of another recorder. They have to be set before the first call of
    /// [`Parts::exposition`].
    pub(in crate::telemetry) external: Option<Box<dyn ExternalRecorder>>,
    pub(in crate::telemetry) layers: Vec<SignalLayer>,
    /// The most verbose level that a layer takes. At least `INFO`: audit events have it, and no
    /// filter applies to them.
    pub(in crate::telemetry) level: LevelFilter,
    pub(in crate::telemetry) running: Vec<Box<dyn Running>>,
    exposition: Option<Exposition>,
    instance: Option<RandomInstance>,
}

impl Parts {
    pub(in crate::telemetry) fn new(
        configuration: Configuration,
        registry: Registry,
        instance: Option<RandomInstance>,
    ) -> Self {
        Self {
            configuration,
            registry,
            external: None,
            layers: Vec::new(),
            level: LevelFilter::INFO,
            running: Vec::new(),
            exposition: None,
            instance,
        }
    }

    /// Returns the exposition. The first call creates it.
    pub(in crate::telemetry) fn exposition(&mut self) -> Exposition {
        if let Some(exposition) = &self.exposition {
            return exposition.clone();
        }
        let configuration = &self.configuration;
        let resource = Resource::new(
            &configuration.service,
            configuration.version.as_deref(),
            configuration.environment.as_deref(),
            &configuration.resource,
        )
        .with_instance(self.instance);
        let exposition = Exposition::new(self.registry.clone(), &resource, self.external.take());
        for running in &self.running {
            running.report(&exposition);
        }
        self.exposition.insert(exposition).clone()
    }

    /// Notes that a layer takes spans and events up to `level`.
    pub(in crate::telemetry) fn takes(&mut self, level: LevelFilter) {
        self.level = self.level.max(level);
    }

    /// Keeps a signal that has started, and reports it on the exposition.
    pub(in crate::telemetry) fn keep(&mut self, running: Box<dyn Running>) {
        if let Some(exposition) = &self.exposition {
            running.report(exposition);
        }
        self.running.push(running);
    }
}
