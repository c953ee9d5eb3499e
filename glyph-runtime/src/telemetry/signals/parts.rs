//! The parts that signals contribute to and use while they start.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, Registry as Spans};

use super::Running;
use crate::{
    catalog::Registry,
    config::Configuration,
    expose::{ForeignFamilies, Page, Target},
};

/// Layers for a subscriber, each with its filter. `tracing_subscriber::registry().with(layers)`
/// accepts them.
pub type Layers = Vec<Box<dyn Layer<Spans> + Send + Sync>>;

/// The parts of a telemetry that is starting.
pub(in crate::telemetry) struct Parts {
    pub(in crate::telemetry) configuration: Configuration,
    pub(in crate::telemetry) version: Option<String>,
    pub(in crate::telemetry) registry: Registry,
    /// Families of another recorder. They have to be set before the first call of [`Parts::page`].
    pub(in crate::telemetry) foreign: Option<Box<dyn ForeignFamilies>>,
    pub(in crate::telemetry) layers: Layers,
    /// The most verbose level that a layer takes. At least `INFO`: audit events have it, and no
    /// filter applies to them.
    pub(in crate::telemetry) level: LevelFilter,
    pub(in crate::telemetry) running: Vec<Box<dyn Running>>,
    page: Option<Page>,
}

impl Parts {
    pub(in crate::telemetry) fn new(
        configuration: Configuration,
        version: Option<String>,
        registry: Registry,
    ) -> Self {
        Self {
            configuration,
            version,
            registry,
            foreign: None,
            layers: Vec::new(),
            level: LevelFilter::INFO,
            running: Vec::new(),
            page: None,
        }
    }

    /// Returns the exposition. The first call creates it.
    pub(in crate::telemetry) fn page(&mut self) -> Page {
        if let Some(page) = &self.page {
            return page.clone();
        }
        let target = Target {
            service: self.configuration.service.clone(),
            version: self.version.clone(),
        };
        let page = Page::new(self.registry.clone(), target, self.foreign.take());
        for running in &self.running {
            running.report(&page);
        }
        self.page.insert(page).clone()
    }

    /// Adds a layer that takes spans and events up to `level`.
    pub(in crate::telemetry) fn layer(
        &mut self,
        layer: Box<dyn Layer<Spans> + Send + Sync>,
        level: LevelFilter,
    ) {
        self.level = self.level.max(level);
        self.layers.push(layer);
    }

    /// Keeps a signal that has started, and reports it on the exposition.
    pub(in crate::telemetry) fn keep(&mut self, running: Box<dyn Running>) {
        if let Some(page) = &self.page {
            running.report(page);
        }
        self.running.push(running);
    }
}
