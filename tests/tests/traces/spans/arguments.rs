//! Arguments of the attribute that change its span.

use std::num::ParseIntError;

use futures_util::FutureExt;
use glyph_runtime::{
    Exemplar, instrument_stage,
    trace::{self, propagation},
};
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId};
use tracing::{Span, level_filters::LevelFilter};
use tracing_subscriber::layer::SubscriberExt;

use crate::spans::{
    exported::{Exported, attribute, text},
    telemetry::{calls, stage},
};

#[test]
fn span_has_labels_of_catalog_and_function() {
    #[instrument_stage(stage::stt, labels(test = "labels"), fields(size = 3_i64, a.b = ?Some(1)))]
    fn transcribe() {}

    let spans = Exported::by(transcribe);
    let [span] = &*spans else { panic!("{spans:?}") };
    assert_eq!(span.name, "stt");
    assert_eq!(span.span_kind, SpanKind::Internal);
    assert_eq!(text(span, "test"), "labels");
    assert_eq!(text(span, "kind"), "stt");
    assert_eq!(attribute(span, "size"), Some(3.into()));
    assert_eq!(text(span, "a.b"), "Some(1)");
    assert_eq!(span.status, Status::Unset);
    assert_eq!(attribute(span, "error.type"), None);
}

#[test]
fn block_span_has_the_same_labels() {
    let spans = Exported::by(|| stage::stt { test: "block" }.time(|| ()));
    let [span] = &*spans else { panic!("{spans:?}") };
    assert_eq!(span.name, "stt");
    assert_eq!(text(span, "test"), "block");
    assert_eq!(text(span, "kind"), "stt");
}

#[test]
fn span_name_kind_and_target_can_be_set() {
    macro_rules! kinds {
        ($($kind:ident: $expected:ident),+) => {$({
            #[instrument_stage(stage::stt, labels(test = "kinds"), kind = $kind, name = "ask")]
            fn ask() {}
            let spans = Exported::by(ask);
            assert_eq!(spans[0].span_kind, SpanKind::$expected);
            assert_eq!(spans[0].name, "ask");
            assert_eq!(attribute(&spans[0], "otel.kind"), None);
        })+};
    }
    kinds!(
        internal: Internal,
        client: Client,
        server: Server,
        producer: Producer,
        consumer: Consumer
    );
}

#[test]
fn disabled_level_opens_no_span() {
    #[instrument_stage(stage::stt, labels(test = "level"), level = debug)]
    fn quiet() {
        assert!(Span::current().is_disabled());
    }
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO);
    tracing::subscriber::with_default(subscriber, quiet);
    assert_eq!(calls("level"), 1);
}

#[test]
fn skip_span_still_counts() {
    #[instrument_stage(stage::stt, labels(test = "skipped"), skip_span)]
    fn transcribe() -> Option<tracing::Id> {
        Span::current().id()
    }
    let spans = Exported::by(|| {
        let outer = tracing::info_span!("outer").entered();
        assert_eq!(transcribe(), outer.id());
    });
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["outer"]);
    assert_eq!(calls("skipped"), 1);
}

#[test]
fn span_parent_can_be_another_span_or_none() {
    #[instrument_stage(stage::stt, labels(test = "parents"), parent = parent)]
    fn below(parent: &Span) {}
    #[instrument_stage(stage::stt, labels(test = "parents"), parent = None)]
    async fn root() {}

    let spans = Exported::by(|| {
        let parent = tracing::info_span!("parent");
        tracing::info_span!("current").in_scope(|| {
            below(&parent);
            root().now_or_never().unwrap();
        });
    });
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (parent, current) = (named("parent"), named("current"));
    let below = &spans[0];
    assert_eq!(below.parent_span_id, parent.span_context.span_id());
    let root = &spans[1];
    assert_eq!(root.parent_span_id, SpanId::INVALID);
    assert_ne!(
        root.span_context.trace_id(),
        current.span_context.trace_id()
    );
}

#[test]
fn span_links_to_the_given_contexts() {
    #[instrument_stage(stage::stt, labels(test = "links"), links = causes)]
    fn after(causes: &[Span]) {}
    #[instrument_stage(stage::stt, labels(test = "links"), links = [trace::remote(remote)])]
    fn after_remote(remote: &SpanContext) {}
    #[instrument_stage(stage::stt, labels(test = "links"), links = [exemplar])]
    fn after_exemplar(exemplar: Exemplar) {}
    #[instrument_stage(stage::stt, labels(test = "links"), links = [caller])]
    fn after_caller(caller: &propagation::Remote) {}

    let remote = SpanContext::new(
        TraceId::from(1),
        SpanId::from(2),
        TraceFlags::SAMPLED,
        true,
        opentelemetry::trace::TraceState::default(),
    );
    let spans = Exported::by(|| {
        let causes = [tracing::info_span!("first"), tracing::info_span!("second")];
        after(&causes);
        after_remote(&remote);
        after_exemplar(Exemplar::new(3, 4));
        after_caller(&trace::remote(&remote));
        after_caller(&propagation::Remote::default());
    });
    let linked = |index: usize| -> Vec<_> {
        let links = spans[index].links.iter();
        links.map(|link| link.span_context.span_id()).collect()
    };
    let causes: Vec<_> = spans[5..]
        .iter()
        .map(|span| span.span_context.span_id())
        .collect();
    assert_eq!(linked(0), causes);
    assert_eq!(linked(1), [SpanId::from(2)]);
    assert_eq!(linked(2), [SpanId::from(4)]);
    assert!(spans[2].links[0].span_context.is_sampled());
    assert_eq!(linked(3), [SpanId::from(2)]);
    assert!(linked(4).is_empty());
}

#[test]
fn error_sets_status_and_error_type() {
    #[instrument_stage(stage::stt, labels(test = "status"))]
    fn parse(text: &str) -> Result<u8, ParseIntError> {
        text.parse()
    }
    let spans = Exported::by(|| {
        parse("x").unwrap_err();
    });
    assert_eq!(spans[0].status, Status::error(""));
    assert_eq!(
        text(&spans[0], "error.type"),
        "core::num::error::ParseIntError"
    );
    assert!(spans[0].events.is_empty(), "an event is asked for");
}

#[test]
fn errors_and_values_are_logged_in_the_span_if_asked() {
    #[instrument_stage(stage::stt, labels(test = "events"), err = event, ret = event(level = debug))]
    fn parse(text: &str) -> Result<u8, ParseIntError> {
        text.parse()
    }
    #[instrument_stage(stage::stt, labels(test = "events"), err = event(debug, level = warn))]
    async fn parse_later(text: &str) -> Result<u8, ParseIntError> {
        text.parse()
    }
    #[instrument_stage(stage::stt, labels(test = "events"), ret = event(display))]
    fn length(text: &str) -> usize {
        text.len()
    }

    let spans = Exported::by(|| {
        parse("x").unwrap_err();
        parse("7").unwrap();
        parse_later("x").now_or_never().unwrap().unwrap_err();
        parse_later("7").now_or_never().unwrap().unwrap();
        length("four");
    });
    let events: Vec<Vec<String>> = spans
        .iter()
        .map(|span| {
            let events = span.events.iter();
            events
                .map(|event| {
                    let shown = event.attributes.iter().filter(|pair| {
                        matches!(pair.key.as_str(), "exception.message" | "return" | "level")
                    });
                    let shown = shown.map(|pair| format!("{}={}", pair.key, pair.value));
                    shown.collect::<Vec<_>>().join(" ")
                })
                .collect()
        })
        .collect();
    assert_eq!(
        events,
        [
            vec!["level=ERROR exception.message=invalid digit found in string"],
            vec!["level=DEBUG return=7"],
            vec!["level=WARN exception.message=ParseIntError { kind: InvalidDigit }"],
            vec![],
            vec!["level=INFO return=4"],
        ]
    );
}
