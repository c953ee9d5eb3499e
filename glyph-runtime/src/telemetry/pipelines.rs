//! Spans and logs: their pipelines, and the layers that feed them.

use std::time::Duration;

#[cfg(feature = "log")]
use tracing::level_filters::LevelFilter;
#[cfg(any(feature = "trace", feature = "log"))]
use tracing_subscriber::{Layer, Registry};

use super::{BuildError, Unfinished, settings::Settings};
use crate::expose::Page;

/// Layers for a subscriber, of which each brings its filter. `tracing_subscriber::registry().with(layers)` takes them.
#[cfg(any(feature = "trace", feature = "log"))]
pub type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;

/// Where spans and lines go, until they are ended.
#[derive(Debug, Default)]
pub(super) struct Pipelines {
    #[cfg(feature = "trace")]
    pub(super) traces: Option<crate::trace::Pipeline>,
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) metrics_otlp: Option<crate::expose::otlp::Pipeline>,
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub(super) logs_otlp: Option<crate::log::export::Pipeline>,
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

    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) fn end_metrics(&self, deadline: Duration) -> Option<Unfinished> {
        let ended = self.metrics_otlp.as_ref()?.shutdown(deadline);
        ended.err().map(Unfinished::Metrics)
    }

    #[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
    #[expect(clippy::unused_self, reason = "nothing is pushed")]
    pub(super) fn end_metrics(&self, _: Duration) -> Option<Unfinished> {
        None
    }

    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub(super) fn end_log_records(&self, deadline: Duration) -> Option<Unfinished> {
        let ended = self.logs_otlp.as_ref()?.shutdown(deadline);
        ended.err().map(Unfinished::LogRecords)
    }

    #[cfg(not(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http"))))]
    #[expect(clippy::unused_self, reason = "no records are sent")]
    pub(super) fn end_log_records(&self, _: Duration) -> Option<Unfinished> {
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
        #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
        if let Some(records) = &self.logs_otlp {
            page.logs(records);
        }
        #[cfg(feature = "log")]
        if let Some(log) = &self.log {
            page.log(log.counters());
        }
    }
}

/// Pipelines that run, and what feeds them.
pub(super) struct Started {
    pub(super) pipelines: Pipelines,
    #[cfg(any(feature = "trace", feature = "log"))]
    pub(super) layers: Layers,
    /// From which level on one of them takes events. Audit events are of interest whatever the log's filter says.
    #[cfg(feature = "log")]
    pub(super) level: LevelFilter,
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
        let mut started = Self {
            pipelines: Pipelines::default(),
            #[cfg(any(feature = "trace", feature = "log"))]
            layers: Vec::new(),
            #[cfg(feature = "log")]
            level: LevelFilter::INFO,
        };
        #[cfg(feature = "trace")]
        if let Some(traces) = settings.traces {
            let pipeline = crate::trace::Pipeline::start(&traces)?;
            #[cfg(feature = "log")]
            started.takes_from(settings.spans.most());
            let layer = pipeline.layer().with_filter(settings.spans);
            started.layers.push(layer.boxed());
            started.pipelines.traces = Some(pipeline);
        }
        #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
        if let Some(records) = settings.logs_otlp {
            started.takes_from(crate::log::most(&records.filter));
            let (layer, pipeline) = crate::log::export::Pipeline::start(records)?;
            started.layers.push(layer.boxed());
            started.pipelines.logs_otlp = Some(pipeline);
        }
        #[cfg(feature = "log")]
        if let Some(log) = settings.log {
            started.takes_from(crate::log::most(&log.filter));
            let (layer, pipeline) = crate::log::Pipeline::start(log)?;
            started.layers.push(layer.boxed());
            started.pipelines.log = Some(pipeline);
        }
        Ok(started)
    }

    #[cfg(feature = "log")]
    fn takes_from(&mut self, level: LevelFilter) {
        self.level = self.level.max(level);
    }

    /// Layers of the program's own, which may want anything.
    #[cfg(any(feature = "trace", feature = "log"))]
    pub(super) fn take_in(&mut self, mut layers: Layers) {
        #[cfg(feature = "log")]
        if !layers.is_empty() {
            self.level = LevelFilter::TRACE;
        }
        self.layers.append(&mut layers);
    }

    /// Pushes what is on the page.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) fn push(
        &mut self,
        settings: Option<crate::expose::otlp::Settings>,
        page: &Page,
    ) -> Result<(), BuildError> {
        if let Some(settings) = settings {
            let pipeline = crate::expose::otlp::Pipeline::start(settings, page.clone());
            self.pipelines.metrics_otlp = Some(pipeline.map_err(BuildError::Metrics)?);
        }
        Ok(())
    }
}
