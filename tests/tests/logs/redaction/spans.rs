//! Copies of a span's value outside of its field.

use std::{error::Error, fmt};

use glyph_runtime::{
    redaction::Redaction,
    trace::{Pipeline, SpanStatus, Trace, TraceSettings},
};
use opentelemetry::{
    KeyValue,
    trace::{Link, SpanContext, SpanId, TraceFlags, TraceId, TraceState, Tracer, TracerProvider},
};
use tracing::{error, info, info_span};
use tracing_subscriber::layer::SubscriberExt;

const SECRET: &str = "correct horse battery staple";

#[derive(Debug)]
struct Refused(Option<Box<Self>>);

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(SECRET)
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_deref().map(|cause| cause as _)
    }
}

/// Returns the trace that `work` leaves in the ring.
fn trace(redaction: Redaction, work: impl FnOnce(&Pipeline)) -> Trace {
    let mut settings = TraceSettings::new("shop");
    settings.redaction = redaction;
    let pipeline = Pipeline::start(&settings).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, || work(&pipeline));
    pipeline.recent().remove(0)
}

fn hidden(trace: &Trace) {
    assert!(!format!("{trace:?}").contains("horse"), "{trace:?}");
}

#[test]
fn redacted_error_has_no_copy_and_no_causes() {
    let refused = Refused(Some(Box::new(Refused(None))));
    let of_span = trace(Redaction::default(), |_| {
        let password = &refused as &(dyn Error + 'static);
        info_span!("login", password, user = "ada").in_scope(|| {});
    });
    hidden(&of_span);
    assert_eq!(of_span.spans[0].attributes["user"], "ada");
    let of_event = trace(Redaction::default(), |_| {
        let _span = info_span!("login").entered();
        info!(auth.token = &refused as &(dyn Error + 'static), "refused");
    });
    hidden(&of_event);
    assert_eq!(of_event.spans[0].events[0].name, "refused");
}

#[test]
fn error_in_a_field_that_is_not_listed_is_visible() {
    let refused = Refused(None);
    let shown = trace(Redaction::default(), |_| {
        let _span = info_span!("login", password = "x").entered();
        error!(cause = &refused as &(dyn Error + 'static), "refused");
    });
    let event = &shown.spans[0].events[0].attributes;
    assert_eq!(event["exception.message"], SECRET);
}

#[test]
fn redacted_error_is_hidden_in_the_span_status() {
    for name in [
        "error",
        "error.message",
        "error_message",
        "otel.status_description",
    ] {
        let trace = trace(Redaction::none().with(name), |_| {
            info_span!("login", otel.status_description = SECRET).in_scope(|| {});
        });
        hidden(&trace);
        let SpanStatus::Error { description } = &trace.spans[0].status else {
            panic!("{name}: {trace:?}")
        };
        assert_eq!(description, "[redacted]", "{name}");
    }
}

#[test]
fn redacted_error_is_hidden_in_an_event_without_a_message() {
    let trace = trace(Redaction::none().with("error"), |_| {
        info_span!("login").in_scope(|| error!(error = SECRET));
    });
    hidden(&trace);
}

#[test]
fn redacted_message_hides_event_names() {
    let trace = trace(Redaction::none().with("message"), |_| {
        let _span = info_span!("login").entered();
        info!("{SECRET}");
    });
    hidden(&trace);
}

#[test]
fn links_and_keyword_names_are_redacted() {
    let linked = trace(Redaction::default(), |pipeline| {
        let tracer = pipeline.provider().tracer("test");
        let link = vec![KeyValue::new("token", SECRET), KeyValue::new("user", "ada")];
        let linked = SpanContext::new(
            TraceId::from_bytes([1; 16]),
            SpanId::from_bytes([1; 8]),
            TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        );
        let link = Link::new(linked, link, 0);
        let builder = tracer.span_builder("login").with_links(vec![link]);
        tracer.build(builder);
    });
    hidden(&linked);
    assert_eq!(linked.spans[0].links[0].attributes["user"], "ada");
    hidden(&trace(Redaction::none().with("type"), |_| {
        info_span!("login", r#type = SECRET).in_scope(|| info!(login.r#type = SECRET, "typed"));
    }));
}

#[test]
fn custom_exporter_gets_redacted_spans() {
    let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
    let pipeline =
        Pipeline::start_with_exporter(&TraceSettings::new("shop"), "own", exporter.clone())
            .unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, || {
        info_span!("login", password = SECRET).in_scope(|| {});
    });
    pipeline.flush(std::time::Duration::from_secs(20)).unwrap();
    let spans = format!("{:?}", exporter.get_finished_spans().unwrap());
    assert!(
        spans.contains("password") && !spans.contains("horse"),
        "{spans}"
    );
}
