//! Integers are integers, whatever their type.

use glyph_runtime::instrument_stage;
use glyph_tests::kinds;
use opentelemetry::Value;
use tracing::{field::Empty, info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    layer::exported::{exported, exported_with, value},
    spans::telemetry::stage,
};

#[test]
fn fields_of_spans_and_events_are_integers() {
    let spans = exported(|| {
        let span = info_span!(
            "upload",
            bytes = 100_u64,
            parts = 3_usize,
            wide = 7_u128,
            signed = -7_i128,
            late = Empty,
            name = "100",
        );
        span.record("late", 8_u64);
        span.in_scope(|| info!(rest = 5_u64, text = "5", "part"));
        span.record("late", 9_u64);
    });
    let span = &spans[0];
    let of = |name| value(&span.attributes, name);
    assert_eq!(of("bytes"), Some(100.into()));
    assert_eq!(of("parts"), Some(3.into()));
    assert_eq!(of("wide"), Some(7.into()));
    assert_eq!(of("signed"), Some((-7).into()));
    assert_eq!(of("late"), Some(9.into()), "the last value counts");
    assert_eq!(of("name"), Some("100".into()));
    let event = &span.events[0];
    assert_eq!(value(&event.attributes, "rest"), Some(5.into()));
    assert_eq!(value(&event.attributes, "text"), Some("5".into()));
}

#[test]
fn integer_beyond_those_of_otlp_stays_text() {
    let spans = exported(|| {
        info_span!("beyond", bytes = u64::MAX, wide = i128::MIN).in_scope(|| {});
        info_span!("largest", bytes = i64::MAX as u64).in_scope(|| {});
    });
    let bytes = |at: usize| value(&spans[at].attributes, "bytes");
    assert_eq!(bytes(0), Some(u64::MAX.to_string().into()));
    assert_eq!(
        value(&spans[0].attributes, "wide"),
        Some(i128::MIN.to_string().into())
    );
    assert_eq!(bytes(1), Some(Value::I64(i64::MAX)));
}

#[test]
fn text_in_the_field_of_an_integer_stays_text() {
    let spans = exported(|| {
        for text in ["01234", "+5", "-0", "12a"] {
            let span = info_span!("address", zip = Empty);
            span.record("zip", 1234_u64);
            span.record("zip", text);
        }
    });
    let texts = spans.iter().map(|span| value(&span.attributes, "zip"));
    let expected = ["01234", "+5", "-0", "12a"].map(|text| Some(text.into()));
    assert_eq!(texts.collect::<Vec<_>>(), expected);
}

#[test]
fn fields_of_stages_are_integers() {
    #[instrument_stage(stage::stt, labels(test = "integers"), fields(bytes = size, late = Empty))]
    fn transcribe(size: usize) {
        tracing::Span::current().record("late", 4_u32);
    }
    let spans = exported(|| transcribe(160));
    assert_eq!(value(&spans[0].attributes, "bytes"), Some(160.into()));
    assert_eq!(value(&spans[0].attributes, "late"), Some(4.into()));
}

#[test]
fn attributes_of_opentelemetry_keep_their_types() {
    let spans = exported(|| {
        let span = info_span!("upload", bytes = 100_u64);
        span.set_attribute("code", "404");
        span.in_scope(|| span.set_attribute("more", 1));
        assert!(span.set_parent(opentelemetry::Context::new()).is_err());
    });
    assert_eq!(value(&spans[0].attributes, "code"), Some("404".into()));
    assert_eq!(value(&spans[0].attributes, "more"), Some(1.into()));
}

#[test]
fn limit_of_attributes_counts_those_of_the_program() {
    let mut settings = kinds::settings("shop");
    settings.limits.attributes = 2;
    let spans = exported_with(&settings, || {
        info_span!("upload", first = 1, second = 2, third = 3).in_scope(|| {});
    });
    assert_eq!(spans[0].attributes.len(), 2);
    assert_eq!(spans[0].dropped_attributes_count, 1);
}
