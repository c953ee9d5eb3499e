//! Spans and log lines of a test.

use std::time::Duration;

use glyph_runtime::{
    log::{LogSettings, Output, Pipeline},
    trace::{self, StageSpans, TraceSettings},
};
use glyph_tests::{kinds, written::Written};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, ShouldSample, SpanData};
use serde_json::Value;
use tracing::{level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Identity, SubscriberExt},
};

/// The spans and lines of the test's thread. Its current-thread runtime runs everything.
pub(crate) struct Kept {
    spans: Source,
    exporter: InMemorySpanExporter,
    log: Pipeline,
    lines: Written,
    _current: DefaultGuard,
}

/// What exports the spans.
enum Source {
    Pipeline(trace::Pipeline),
    Program(SdkTracerProvider),
}

/// Keeps the spans that a pipeline of glyph exports.
pub(crate) fn keep() -> Kept {
    keep_with(&kinds::settings("tests"))
}

/// Keeps the spans that a pipeline of glyph with this sampler exports, as records.
pub(crate) fn keep_records(sampler: trace::Sampler) -> Kept {
    let mut settings = TraceSettings::new("tests");
    settings.stages = StageSpans::Records;
    settings.sampler = sampler;
    keep_with(&settings)
}

fn keep_with(settings: &TraceSettings) -> Kept {
    let exporter = InMemorySpanExporter::default();
    let pipeline =
        trace::Pipeline::start_with_exporter(settings, "kept", exporter.clone()).unwrap();
    let layer = pipeline.layer().boxed();
    kept(Source::Pipeline(pipeline), exporter, layer)
}

/// Keeps the spans of a program that has OpenTelemetry's SDK itself.
pub(crate) fn keep_sampled(sampler: impl ShouldSample + 'static) -> Kept {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .with_sampler(sampler)
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tests"));
    kept(Source::Program(provider), exporter, layer.boxed())
}

/// Keeps the lines of a program without traces, as with `OTEL_SDK_DISABLED`.
pub(crate) fn keep_untraced() -> Kept {
    let provider = SdkTracerProvider::builder().build();
    let exporter = InMemorySpanExporter::default();
    kept(Source::Program(provider), exporter, Identity::new().boxed())
}

fn kept(
    spans: Source,
    exporter: InMemorySpanExporter,
    layer: Box<dyn Layer<Registry> + Send + Sync>,
) -> Kept {
    let lines = Written::default();
    let settings = LogSettings {
        output: Output::Writer(Box::new(lines.clone())),
        ..LogSettings::default()
    };
    let (log_layer, log) = Pipeline::start(settings).unwrap();
    // Other crates have their own spans and events on lower levels.
    let subscriber = tracing_subscriber::registry()
        .with(layer)
        .with(log_layer)
        .with(LevelFilter::INFO);
    Kept {
        spans,
        exporter,
        log,
        lines,
        _current: tracing::subscriber::set_default(subscriber),
    }
}

impl Kept {
    /// Returns the ended spans, in the order of their ends.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        match &self.spans {
            Source::Pipeline(pipeline) => pipeline.flush(Duration::from_secs(30)).unwrap(),
            Source::Program(provider) => provider.force_flush().unwrap(),
        }
        self.exporter.get_finished_spans().unwrap()
    }

    /// Returns the only ended span.
    pub(crate) fn span(&self) -> SpanData {
        let mut spans = self.spans();
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans.remove(0)
    }

    /// Returns the number of lines that are written so far.
    pub(crate) fn line_count(&self) -> usize {
        self.lines.lines().len()
    }

    /// Returns all lines and closes the log.
    pub(crate) fn lines(self) -> Vec<Value> {
        self.log.shutdown(Duration::from_secs(30)).unwrap();
        self.lines.lines()
    }
}

/// Returns an attribute as a string; empty if it is missing.
pub(crate) fn attribute(span: &SpanData, name: &str) -> String {
    let attributes = span.attributes.iter();
    let mut found = attributes.filter(|pair| pair.key.as_str() == name);
    let value = found.next().map(|pair| pair.value.to_string());
    assert_eq!(found.next(), None, "{name} is there twice");
    value.unwrap_or_default()
}
