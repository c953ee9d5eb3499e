//! Spans as an exporter receives them.

use glyph_runtime::trace::Pipeline;
use glyph_tests::kinds;
use opentelemetry::{Value, trace::TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData};
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt;

use crate::layer::exported::in_order;

/// An SDK with `tracing-opentelemetry`, or a pipeline of glyph.
pub(crate) struct Exported {
    provider: SdkTracerProvider,
    pipeline: Option<Pipeline>,
    exporter: InMemorySpanExporter,
    dispatch: Dispatch,
}

impl Exported {
    pub(crate) fn sampled_by(sampler: Sampler) -> Self {
        glyph_runtime::trace::connect();
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .with_sampler(sampler)
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tests"));
        Self {
            dispatch: Dispatch::new(tracing_subscriber::registry().with(layer)),
            pipeline: None,
            provider,
            exporter,
        }
    }

    /// A pipeline of glyph that samples as the parent has decided, whose stages are records.
    fn recorded() -> Self {
        let exporter = InMemorySpanExporter::default();
        let settings = kinds::settings("spans");
        let pipeline = Pipeline::start_with_exporter(&settings, "test", exporter.clone()).unwrap();
        Self {
            dispatch: Dispatch::new(tracing_subscriber::registry().with(pipeline.layer())),
            provider: pipeline.provider().clone(),
            pipeline: Some(pipeline),
            exporter,
        }
    }

    /// Samples as the parent has decided, and every trace without one.
    pub(crate) fn parent_based() -> Self {
        if kinds::are_records() {
            Self::recorded()
        } else {
            Self::sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        }
    }

    /// Returns all spans that `work` exports.
    pub(crate) fn by(work: impl FnOnce()) -> Vec<SpanData> {
        let exported = if kinds::are_records() {
            Self::recorded()
        } else {
            Self::sampled_by(Sampler::AlwaysOn)
        };
        exported.run(work);
        exported.spans()
    }

    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        dispatcher::with_default(&self.dispatch, work)
    }

    /// Returns the spans in the order of their ends.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        if let Some(pipeline) = &self.pipeline {
            pipeline.flush(crate::LONG).unwrap();
        }
        self.provider.force_flush().unwrap();
        in_order(&self.exporter)
    }
}

/// Returns the value of an attribute.
pub(crate) fn attribute(span: &SpanData, name: &str) -> Option<Value> {
    let found = span
        .attributes
        .iter()
        .find(|pair| pair.key.as_str() == name);
    found.map(|pair| pair.value.clone())
}

/// Returns the attribute as text.
pub(crate) fn text(span: &SpanData, name: &str) -> String {
    attribute(span, name).map_or_else(|| format!("{name} is missing"), |value| value.to_string())
}
