//! The spans that a pipeline exports.

use glyph_runtime::trace::{Pipeline, TraceSettings};
use glyph_tests::kinds;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tracing_subscriber::layer::SubscriberExt;

use crate::LONG;

/// Returns the spans that `work` exports with these settings, in the order of their ends.
pub(crate) fn exported_with(settings: &TraceSettings, work: impl FnOnce()) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let pipeline = Pipeline::start_with_exporter(settings, "test", exporter.clone()).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, work);
    pipeline.flush(LONG).unwrap();
    in_order(&exporter)
}

/// Returns the spans in the order of their ends: records of stages are exported later than spans of
/// `tracing`.
pub(crate) fn in_order(exporter: &InMemorySpanExporter) -> Vec<SpanData> {
    let mut spans = exporter.get_finished_spans().unwrap();
    if kinds::are_records() {
        spans.sort_by_key(|span| span.end_time);
    }
    spans
}

/// Returns settings with the kind of spans that this process has for stages.
pub(crate) fn settings() -> TraceSettings {
    kinds::settings("shop")
}

pub(crate) fn exported(work: impl FnOnce()) -> Vec<SpanData> {
    exported_with(&settings(), work)
}

/// Returns the only value of an attribute.
pub(crate) fn value(attributes: &[KeyValue], name: &str) -> Option<Value> {
    let mut found = attributes.iter().filter(|pair| pair.key.as_str() == name);
    let value = found.next().map(|pair| pair.value.clone());
    assert_eq!(found.next(), None, "{name} is there twice");
    value
}

/// Returns the names of all attributes.
pub(crate) fn names(attributes: &[KeyValue]) -> Vec<&str> {
    let mut names: Vec<_> = attributes.iter().map(|pair| pair.key.as_str()).collect();
    names.sort_unstable();
    names
}
