//! A subscriber that accepts every span of every library, including those of the export.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::time::Duration;

use glyph_runtime::trace::{OtlpSettings, Pipeline, Protocol, TraceSettings};
use glyph_tests::children::alone;
use glyph_tests::receiver::traces::Receiver;
use opentelemetry_proto::tonic::{common::v1::any_value::Value, trace::v1::Span};
use tracing_subscriber::layer::SubscriberExt;

const LONG: Duration = Duration::from_secs(20);

/// h2 makes spans of all its work, and the export's thread sees the global subscriber.
#[test]
fn export_makes_no_spans_to_export() {
    alone(|| {
        let receiver = Receiver::start([]);
        let mut settings = TraceSettings::new("shop");
        settings.otlp = Some(OtlpSettings::new(receiver.endpoint(), Protocol::Grpc));
        let pipeline = Pipeline::start(&settings).unwrap();
        let everything = tracing_subscriber::registry().with(pipeline.layer());
        tracing::subscriber::set_global_default(everything).unwrap();
        for _ in 0..3 {
            tracing::info_span!("work").in_scope(|| {});
            pipeline.flush(LONG).unwrap();
        }
        pipeline.shutdown(LONG).unwrap();
        let accepted = receiver.accepted();
        let ours = accepted.iter().filter(|span| span.name == "work");
        assert_eq!(ours.count(), 3);
        let exporting = accepted
            .iter()
            .filter(|span| thread_of(span).as_deref() == Some("glyph-otlp"));
        assert_eq!(exporting.count(), 0);
    });
}

fn thread_of(span: &Span) -> Option<String> {
    let mut attributes = span.attributes.iter();
    let thread = attributes.find(|attribute| attribute.key == "thread.name")?;
    match thread.value.clone()?.value? {
        Value::StringValue(name) => Some(name),
        _ => None,
    }
}
