//! Spans.

mod filter;

use std::time::Duration;

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, registry::LookupSpan};

use self::filter::SpanFilter;
use super::{Changes, Order, Parts, Running, Signal, StartError, layers::SignalLayer};
use crate::{
    config::{Configuration, ExemplarFilter, Propagator},
    context::trace_context::set_exemplar_filter,
    export::{Loss, OpenSpans, Undelivered},
    expose::Exposition,
    redaction::Redaction,
    telemetry::{Telemetry, TelemetryBuilder},
    trace::{Pipeline, SpanLayer, StageSpans, Trace, TraceSettings, propagation},
};

/// The program's changes of the trace settings. `None` creates no spans.
struct Traces {
    changes: Option<Changes<TraceSettings>>,
    filter: SpanFilter,
    /// The kind of spans that `StageSpans::Automatic` chooses.
    chosen: StageSpans,
}

/// The pipeline of spans, if there is one, and the formats in which contexts are propagated.
#[derive(Debug)]
pub(super) struct RunningTraces {
    pub(super) pipeline: Option<Pipeline>,
    propagators: Vec<Propagator>,
    exemplar_filter: ExemplarFilter,
}

/// The layer of spans and its filter.
pub(in crate::telemetry) struct FilteredSpans {
    layer: SpanLayer,
    filter: SpanFilter,
}

impl FilteredSpans {
    pub(super) fn on<S>(self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        self.layer.on().with_filter(self.filter)
    }
}

pub(super) fn signal() -> Box<dyn Signal> {
    Box::new(Traces {
        changes: Some(Changes::default()),
        filter: SpanFilter::default(),
        chosen: StageSpans::Tracing,
    })
}

impl Signal for Traces {
    fn name(&self) -> &'static str {
        "traces"
    }

    /// A layer of the program may be one that has to see the stages.
    fn learn_layers(&mut self, only_own: bool) {
        if only_own {
            self.chosen = StageSpans::Records;
        }
    }

    fn configure(&mut self, configuration: &mut Configuration, _: &TelemetryBuilder) {
        let Some(changes) = self.changes.take() else {
            configuration.traces = None;
            return;
        };
        let Some(traces) = &mut configuration.traces else {
            return;
        };
        if let Some(version) = &configuration.version {
            traces.version = Some(version.clone());
        }
        traces.environment.clone_from(&configuration.environment);
        let scopes = &configuration.instrumentation_scopes;
        traces.instrumentation_scopes.extend_from_slice(scopes);
        changes.apply(traces);
        // All signals have the resource of spans.
        configuration.service.clone_from(&traces.service);
        configuration.version.clone_from(&traces.version);
        configuration.environment.clone_from(&traces.environment);
        configuration.resource.clone_from(&traces.resource);
    }

    fn redaction<'c>(&self, configuration: &'c mut Configuration) -> Option<&'c mut Redaction> {
        let traces = configuration.traces.as_mut()?;
        Some(&mut traces.redaction)
    }

    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        let mut settings = parts.configuration.traces.as_mut();
        if let Some(settings) = &mut settings {
            settings.stages = settings.stages.chosen(self.chosen);
        }
        let pipeline = settings.map(|settings| Pipeline::start(settings));
        let pipeline = pipeline.transpose()?;
        if let Some(pipeline) = &pipeline {
            let level = self.filter.max_level();
            let filter = self.filter.clone();
            pipeline.filter_records(move |metadata| filter.accepts(metadata));
            let layer = FilteredSpans {
                layer: pipeline.any_layer().clone(),
                filter: self.filter,
            };
            parts.takes(level);
            parts.layers.push(SignalLayer::Spans(layer));
        }
        Ok(Some(Box::new(RunningTraces {
            pipeline,
            propagators: parts.configuration.propagators.clone(),
            exemplar_filter: parts.configuration.exemplar_filter,
        })))
    }
}

impl Running for RunningTraces {
    fn order(&self) -> Order {
        Order::Together
    }

    fn report(&self, exposition: &Exposition) {
        if let Some(pipeline) = &self.pipeline {
            exposition.show(pipeline);
        }
    }

    fn subscribed(&self, _: LevelFilter) {
        if let Some(pipeline) = &self.pipeline {
            opentelemetry::global::set_tracer_provider(pipeline.provider().clone());
            pipeline.is_global();
        }
    }

    fn install(&self) {
        use propagation::Format;
        let formats = self.propagators.iter().map(|propagator| match propagator {
            Propagator::TraceContext => Format::TraceContext,
            Propagator::Baggage => Format::Baggage,
            Propagator::B3 => Format::B3,
            Propagator::B3Multi => Format::B3Multi,
            Propagator::Jaeger => Format::Jaeger,
        });
        let formats: Vec<_> = formats.collect();
        propagation::global::install(&formats);
        let filter = self.exemplar_filter;
        let sampled = filter != ExemplarFilter::AlwaysOff;
        set_exemplar_filter(sampled, filter == ExemplarFilter::AlwaysOn);
    }

    fn open_spans(&self) -> OpenSpans {
        let pipeline = self.pipeline.as_ref();
        pipeline.map(Pipeline::open_spans).unwrap_or_default()
    }

    fn losses(&self) -> Vec<Loss> {
        let pipeline = self.pipeline.as_ref();
        pipeline.map(Pipeline::losses).unwrap_or_default()
    }

    fn flush(&self, limit: Duration) -> Result<(), Undelivered> {
        let pipeline = self.pipeline.as_ref();
        pipeline.map_or(Ok(()), |traces| traces.flush(limit))
    }

    fn shut_down(&self, deadline: Duration) -> Result<(), Undelivered> {
        let pipeline = self.pipeline.as_ref();
        pipeline.map_or(Ok(()), |traces| traces.shutdown(deadline))
    }
}

impl TelemetryBuilder {
    /// Changes the trace settings that the environment sets. Changes apply in the order of the
    /// calls.
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
    pub fn traces(self, change: impl FnOnce(&mut TraceSettings) + Send + 'static) -> Self {
        self.with(|traces: &mut Traces| traces.changes.get_or_insert_default().push(change))
    }

    /// Creates no spans.
    pub fn without_traces(self) -> Self {
        self.with(|traces: &mut Traces| traces.changes = None)
    }

    /// Sets the most verbose level of spans and their events. Default: `INFO`.
    ///
    /// It is independent of the log's level, and a change of the log's filter does not change it. For
    /// hyper, h2, tonic, rustls and other transport crates it is at most `WARN`; see
    /// [`TelemetryBuilder::span_target`].
    pub fn span_level(self, level: impl Into<LevelFilter>) -> Self {
        self.with(|traces: &mut Traces| traces.filter.set_level(level.into()))
    }

    /// Sets the level of spans and events of one target and the modules in it. The longest matching
    /// target applies.
    ///
    /// Threads of exporters never create spans.
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
    pub fn span_target(self, target: impl Into<String>, level: impl Into<LevelFilter>) -> Self {
        self.with(|traces: &mut Traces| traces.filter.set_target(target.into(), level.into()))
    }
}

impl Telemetry {
    /// Returns the pipeline of spans; `None` if there are no spans.
    #[must_use]
    pub fn traces(&self) -> Option<&Pipeline> {
        self.running::<RunningTraces>()?.pipeline.as_ref()
    }

    /// Returns the traces in the ring, the latest first; see [`Pipeline::recent`].
    #[must_use]
    pub fn recent_traces(&self) -> Vec<Trace> {
        self.traces().map(Pipeline::recent).unwrap_or_default()
    }

    /// Exposes the counts of another pipeline of spans, as `glyph_trace_*` and `glyph_export_*`.
    ///
    /// It has no effect if this telemetry has a pipeline of spans.
    pub fn show_traces(&self, pipeline: &Pipeline) {
        self.exposition.show(pipeline);
    }
}
