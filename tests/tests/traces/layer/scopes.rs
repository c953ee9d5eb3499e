//! The instrumentation scope of a span is the crate that opened it.

use std::num::ParseIntError;

use glyph_runtime::instrument_stage;
use glyph_tests::kinds;
use opentelemetry_sdk::trace::SpanData;
use tracing::info_span;

use crate::{
    layer::exported::{exported, exported_with},
    spans::telemetry::stage,
};

#[instrument_stage(stage::stt, labels(test = "scopes"))]
fn parse(text: &str) -> Result<u8, ParseIntError> {
    text.parse()
}

fn work() {
    info_span!("request").in_scope(|| parse("7").unwrap());
    info_span!(target: "elsewhere", "other_target").in_scope(|| {});
}

fn scopes(spans: &[SpanData]) -> Vec<(&str, &str, Option<&str>)> {
    let scopes = spans.iter().map(|span| {
        let scope = &span.instrumentation_scope;
        (&*span.name, scope.name(), scope.version())
    });
    scopes.collect()
}

#[test]
fn scope_is_the_crate() {
    let version = Some(env!("CARGO_PKG_VERSION"));
    let expected = [
        ("stt", "traces", version),
        ("request", "traces", None),
        ("other_target", "traces", None),
    ];
    assert_eq!(scopes(&exported(work)), expected);
}

#[test]
fn program_names_the_scope_of_a_crate() {
    let mut settings = kinds::settings("shop");
    let named = ("traces".to_owned(), "example.com/shop".to_owned());
    settings.instrumentation_scopes.push(named);
    let version = Some(env!("CARGO_PKG_VERSION"));
    let expected = [
        ("stt", "example.com/shop", version),
        ("request", "example.com/shop", None),
        ("other_target", "example.com/shop", None),
    ];
    assert_eq!(scopes(&exported_with(&settings, work)), expected);
}
