//! Spans and events as a test sees them.

use futures_util::FutureExt;
use glyph_core::{
    instrument_stage,
    stage::current,
    testing::{self, CapturedEvent},
};
use tracing::{Level, Span, info, info_span, warn};

use crate::catalog::{Provider, stage};

#[instrument_stage(stage::stt, labels(provider = "deepgram"), fields(samples = samples, cut))]
fn transcribe(samples: usize, cut: bool) -> Result<(), std::num::ParseIntError> {
    warn!(volume = 0.5, "too {}", "quiet");
    let _: u8 = "loud".parse()?;
    Ok(())
}

#[test]
fn captured_span_has_labels_fields_and_end() {
    let captured = testing::capture();
    transcribe(160, true).unwrap_err();
    let span = captured.span("stt");
    assert_eq!(span.field("provider"), Some("deepgram"));
    assert_eq!(span.field("samples"), Some("160"));
    assert_eq!(span.field("cut"), Some("true"));
    assert_eq!(span.field("voice"), None);
    assert_eq!(span.status(), Some("ERROR"));
    assert_eq!(span.error_type(), Some("core::num::error::ParseIntError"));
    assert_eq!(span.kind(), None);
    assert_eq!(span.parent(), None);
    assert_eq!(span.level(), Level::INFO);
    assert_eq!(span.target(), module_path!());
    assert!(span.is_closed());
    assert!(span.fields().any(|field| field == ("samples", "160")));
}

#[test]
fn captured_span_is_open_until_its_end() {
    let captured = testing::capture();
    let running = stage::stt {
        provider: Provider::Elevenlabs,
    }
    .start();
    assert!(!captured.span("stt").is_closed());
    running.finish();
    assert!(captured.span("stt").is_closed());
}

#[test]
fn captured_events_are_in_their_spans() {
    let captured = testing::capture();
    info!("outside");
    let outer = info_span!("turn", "otel.kind" = "server");
    let other = info_span!("earlier");
    outer.in_scope(|| {
        info!(answer = 42, "inside");
        transcribe(1, false).unwrap_err();
    });
    outer.follows_from(&other);

    let turn = captured.span("turn");
    assert_eq!(turn.kind(), Some("server"));
    assert_eq!(turn.links(), ["earlier"]);
    let answers: Vec<_> = turn
        .events()
        .iter()
        .map(|event| event.field("answer"))
        .collect();
    assert_eq!(answers, [Some("42")]);
    let stt = captured.span("stt");
    assert_eq!(stt.parent(), Some("turn"));
    let warnings: Vec<_> = stt.events().iter().map(CapturedEvent::message).collect();
    assert_eq!(warnings, ["too quiet"]);
    assert!(
        stt.events()
            .iter()
            .all(|event| event.level() == Level::WARN)
    );

    let all: Vec<_> = captured
        .events()
        .iter()
        .map(|event| (event.message().to_owned(), event.span()))
        .collect();
    let expected = [
        ("outside".to_owned(), None),
        ("inside".to_owned(), Some("turn")),
        ("too quiet".to_owned(), Some("stt")),
    ];
    assert_eq!(all, expected);
}

#[test]
fn captured_span_has_kind_and_links() {
    #[instrument_stage(stage::tts, name = "say", kind = client, links = [cause])]
    async fn speak(cause: &Span) {
        futures_util::pending!();
    }
    let captured = testing::capture();
    let cause = info_span!("turn");
    let mut speaking = Box::pin(speak(&cause));
    while (&mut speaking).now_or_never().is_none() {}
    let span = captured.span("say");
    assert_eq!(span.kind(), Some("client"));
    assert_eq!(span.links(), ["turn"]);
    assert_eq!(span.parent(), None);
    assert_eq!(span.times_entered(), 2, "once for each poll");
    assert!(span.is_closed());
}

#[test]
#[should_panic(expected = "no span `sst`; there are: [\"stt\"]")]
fn lookup_of_a_missing_span_panics() {
    let captured = testing::capture();
    transcribe(1, false).unwrap_err();
    let _ = captured.span("sst");
}

#[test]
#[should_panic(expected = "2 spans `stt`, not one")]
fn span_lookup_with_several_matches_panics() {
    let captured = testing::capture();
    transcribe(1, false).unwrap_err();
    transcribe(1, false).unwrap_err();
    let _ = captured.span("stt");
}

#[instrument_stage(stage::stt, labels(provider = "deepgram"), fields(words = _))]
fn count(text: &str) {
    info_span!("inner", words = "unknown").in_scope(|| {
        current().record("words", text.split(' ').count());
        // Without a runtime there is no trace.
        current().set_attribute("size", text.len());
        current().add_event("counted", &[("size", &text.len())]);
        current().link(Span::current());
        assert_eq!(current().exemplar(), None);
    });
}

#[test]
fn field_of_the_current_stage_is_captured() {
    let captured = testing::capture();
    info_span!("outer", words = "unknown").in_scope(|| count("to be or not"));
    assert_eq!(captured.span("stt").field("words"), Some("4"));
    for name in ["outer", "inner"] {
        assert_eq!(captured.span(name).field("words"), Some("unknown"));
    }
    assert!(current().is_none());
}
