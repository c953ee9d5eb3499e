//! Spans and log lines of a test.

use std::time::Duration;

use glyph_runtime::log::{LogSettings, Output, Pipeline};
use glyph_tests::written::Written;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, Sampler, SdkTracerProvider, ShouldSample, SpanData,
};
use serde_json::Value;
use tracing::{level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::layer::SubscriberExt;

/// The spans and lines of the test's thread. Its current-thread runtime runs everything.
pub(crate) struct Kept {
    provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
    log: Pipeline,
    lines: Written,
    _current: DefaultGuard,
}

pub(crate) fn keep() -> Kept {
    keep_sampled(Sampler::AlwaysOn)
}

pub(crate) fn keep_sampled(sampler: impl ShouldSample + 'static) -> Kept {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .with_sampler(sampler)
        .build();
    let lines = Written::default();
    let settings = LogSettings {
        output: Output::Writer(Box::new(lines.clone())),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    // A span's status is the outcome of its call: a warning with an error changes none.
    let spans = tracing_opentelemetry::layer()
        .with_error_events_to_status(false)
        .with_error_events_to_exceptions(false)
        .with_tracer(provider.tracer("tests"));
    // Other crates have their own spans and events on lower levels.
    let subscriber = tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(layer)
        .with(spans);
    Kept {
        provider,
        exporter,
        log,
        lines,
        _current: tracing::subscriber::set_default(subscriber),
    }
}

impl Kept {
    /// Returns the ended spans, in the order of their ends.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        self.provider.force_flush().unwrap();
        self.exporter.get_finished_spans().unwrap()
    }

    /// Returns the only ended span.
    pub(crate) fn span(&self) -> SpanData {
        let mut spans = self.spans();
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans.remove(0)
    }

    /// Returns all lines and closes the log.
    pub(crate) fn lines(self) -> Vec<Value> {
        self.log.shutdown(Duration::from_secs(30)).unwrap();
        self.lines.lines()
    }
}

/// Returns an attribute as a string; empty if it is missing. The last value counts.
pub(crate) fn attribute(span: &SpanData, name: &str) -> String {
    let found = span
        .attributes
        .iter()
        .rfind(|pair| pair.key.as_str() == name);
    found.map_or_else(String::new, |pair| pair.value.to_string())
}
