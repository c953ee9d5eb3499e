//! Spans of a program with its own SDK and `tracing-opentelemetry`'s layer, as the guide compares
//! them with those of a pipeline.

use glyph_runtime::{instrument_stage, redaction::REDACTED, trace};
use opentelemetry::{
    Value,
    trace::{Status, TracerProvider},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::{error, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    layer::exported::{exported, value},
    spans::telemetry::stage,
};

#[instrument_stage(stage::stt, labels(test = "sdk"), fields(#[glyph(secret)] pin))]
fn stt(#[glyph(secret)] pin: u16) -> bool {
    pin == 1815
}

fn work() {
    let span = info_span!("request", bytes = 5_u64, password = "hunter2");
    span.in_scope(|| {
        error!(log.file = "a.log", "handled");
        assert!(stt(1815));
    });
}

/// Returns the spans of `work` as the program's own provider exports them.
fn exported_by_the_program() -> Vec<SpanData> {
    trace::connect();
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("mine"));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, work);
    provider.force_flush().unwrap();
    exporter.get_finished_spans().unwrap()
}

#[test]
fn spans_of_an_own_sdk_differ_as_the_guide_says() {
    let [own, pipeline] = [exported_by_the_program(), exported(work)];
    for spans in [&own, &pipeline] {
        assert_eq!(spans.len(), 2);
        assert_eq!(value(&spans[0].attributes, "pin"), Some(REDACTED.into()));
        assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id());
    }
    let [own, pipeline] = [&own[1], &pipeline[1]];
    let both = |name| [own, pipeline].map(|span| value(&span.attributes, name));
    assert_eq!(both("bytes"), [Some("5".into()), Some(Value::I64(5))]);
    let expected = [Some("hunter2".into()), Some(REDACTED.into())];
    assert_eq!(both("password"), expected);
    assert_eq!(
        both("code.file.path").map(|path| path.is_some()),
        [true, false]
    );
    assert_eq!(own.status, Status::error(""));
    assert_eq!(pipeline.status, Status::Unset);
    let log_file = |span: &SpanData| value(&span.events[0].attributes, "log.file");
    assert_eq!([own, pipeline].map(log_file), [None, Some("a.log".into())]);
    let scopes = [own, pipeline].map(|span| span.instrumentation_scope.name());
    assert_eq!(scopes, ["mine", "traces"]);
}
