//! Records of stages in place of spans of `tracing`.

mod added;
mod calls;
mod collected;
mod encoded;
mod end_labels;
mod nested;
mod program;
mod sampled;
mod streams;
mod tree;

use glyph_runtime::trace::{Pipeline, StageSpans, TraceSettings};
use glyph_tests::kinds::again_with_records;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tracing_subscriber::layer::SubscriberExt;

use crate::LONG;

#[test]
fn suites_of_spans_pass_with_records() {
    again_with_records(&["spans::", "layer::"], 40);
}

fn settings(stages: StageSpans) -> TraceSettings {
    let mut settings = TraceSettings::new("records");
    settings.stages = stages;
    settings
}

/// Returns the spans that `work` exports, with this kind of spans for stages.
fn exported(stages: StageSpans, work: impl FnOnce()) -> Vec<SpanData> {
    exported_with(&settings(stages), work)
}

fn exported_with(settings: &TraceSettings, work: impl FnOnce()) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let pipeline = Pipeline::start_with_exporter(settings, "test", exporter.clone()).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, work);
    pipeline.flush(LONG).unwrap();
    let counts = pipeline.snapshot();
    assert_eq!(counts.spans_started, counts.spans_ended);
    let spans = exporter.get_finished_spans().unwrap();
    assert_eq!(counts.spans_ended, spans.len() as u64);
    spans
}

/// Returns the spans of `work` with records.
fn recorded(work: impl FnOnce()) -> Vec<SpanData> {
    exported(StageSpans::Records, work)
}

/// Returns the only span with this name.
fn named<'s>(spans: &'s [SpanData], name: &str) -> &'s SpanData {
    let mut found = spans.iter().filter(|span| span.name == name);
    let span = found.next();
    assert!(found.next().is_none(), "{name} is there twice");
    span.unwrap_or_else(|| panic!("no {name} in {spans:?}"))
}
