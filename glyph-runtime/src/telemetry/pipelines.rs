//! Spans and logs: their pipelines, and the layers that feed them.

use std::time::Duration;

#[cfg(any(feature = "trace", feature = "log"))]
use tracing_subscriber::{Layer, Registry};

use super::{BuildError, Unfinished, install::Settings};
use crate::expose::Page;

/// Layers for a subscriber, of which each brings its filter. `tracing_subscriber::registry().with(layers)` takes them.
#[cfg(any(feature = "trace", feature = "log"))]
pub type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;

/// Where spans and lines go, until they are ended.
#[derive(Debug, Default)]
pub(super) struct Pipelines {
    #[cfg(feature = "trace")]
    pub(super) traces: Option<crate::trace::Pipeline>,
    #[cfg(feature = "log")]
    pub(super) log: Option<crate::log::Pipeline>,
}

impl Pipelines {
    #[cfg(feature = "trace")]
    pub(super) fn end_traces(&self, deadline: Duration) -> Option<Unfinished> {
        let ended = self.traces.as_ref()?.shutdown(deadline);
        ended.err().map(Unfinished::Traces)
    }

    #[cfg(not(feature = "trace"))]
    #[expect(clippy::unused_self, reason = "there are no spans")]
    pub(super) fn end_traces(&self, _: Duration) -> Option<Unfinished> {
        None
    }

    #[cfg(feature = "log")]
    pub(super) fn end_log(&self, deadline: Duration) -> Option<Unfinished> {
        let ended = self.log.as_ref()?.shutdown(deadline);
        ended.err().map(Unfinished::Log)
    }

    #[cfg(not(feature = "log"))]
    #[expect(clippy::unused_self, reason = "there is no log")]
    pub(super) fn end_log(&self, _: Duration) -> Option<Unfinished> {
        None
    }

    /// Puts their counts on the page.
    #[cfg_attr(
        not(any(feature = "trace", feature = "log")),
        expect(
            unused_variables,
            clippy::unused_self,
            reason = "there is nothing to count"
        )
    )]
    pub(super) fn show(&self, page: &Page) {
        #[cfg(feature = "trace")]
        if let Some(traces) = &self.traces {
            page.traces(traces);
        }
        #[cfg(feature = "log")]
        if let Some(log) = &self.log {
            page.log(log.counters());
        }
    }
}

/// Pipelines that run, and what feeds them.
#[derive(Default)]
pub(super) struct Started {
    pub(super) pipelines: Pipelines,
    #[cfg(any(feature = "trace", feature = "log"))]
    pub(super) layers: Layers,
}

impl Started {
    #[cfg_attr(
        not(any(feature = "trace", feature = "log")),
        expect(
            unused_variables,
            unused_mut,
            clippy::needless_pass_by_value,
            clippy::unnecessary_wraps,
            reason = "there is nothing to start"
        )
    )]
    pub(super) fn new(settings: Settings) -> Result<Self, BuildError> {
        let mut started = Self::default();
        #[cfg(feature = "trace")]
        if let Some(traces) = settings.traces {
            let pipeline = crate::trace::Pipeline::start(&traces)?;
            let filter = Spans(settings.span_level);
            started
                .layers
                .push(pipeline.layer().with_filter(filter).boxed());
            started.pipelines.traces = Some(pipeline);
        }
        #[cfg(feature = "log")]
        if let Some(log) = settings.log {
            let (layer, pipeline) = crate::log::Pipeline::start(log)?;
            started.layers.push(layer.boxed());
            started.pipelines.log = Some(pipeline);
        }
        Ok(started)
    }
}

/// Spans and events that are important enough. What is audited belongs into the trail alone.
#[cfg(feature = "trace")]
struct Spans(tracing::level_filters::LevelFilter);

#[cfg(feature = "trace")]
impl<S> tracing_subscriber::layer::Filter<S> for Spans {
    fn enabled(
        &self,
        metadata: &tracing::Metadata<'_>,
        _: &tracing_subscriber::layer::Context<'_, S>,
    ) -> bool {
        self.takes(metadata)
    }

    fn callsite_enabled(
        &self,
        metadata: &'static tracing::Metadata<'static>,
    ) -> tracing::subscriber::Interest {
        if self.takes(metadata) {
            tracing::subscriber::Interest::always()
        } else {
            tracing::subscriber::Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(self.0)
    }
}

#[cfg(feature = "trace")]
impl Spans {
    fn takes(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.level() <= &self.0 && (metadata.is_span() || metadata.target() != AUDIT)
    }
}

/// The target of [`audit!`](crate::audit!), which exists without the feature `log` as well.
#[cfg(feature = "trace")]
const AUDIT: &str = "audit";
