//! Spans as an exporter receives them.

use opentelemetry::{Value, trace::TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData};
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt;

/// An SDK with `tracing-opentelemetry`.
pub(crate) struct Exported {
    provider: SdkTracerProvider,
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
            provider,
            exporter,
        }
    }

    /// Returns all spans that `work` exports.
    pub(crate) fn by(work: impl FnOnce()) -> Vec<SpanData> {
        let exported = Self::sampled_by(Sampler::AlwaysOn);
        exported.run(work);
        exported.spans()
    }

    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        dispatcher::with_default(&self.dispatch, work)
    }

    /// Returns the spans in the order of their ends.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        self.provider.force_flush().unwrap();
        self.exporter.get_finished_spans().unwrap()
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
