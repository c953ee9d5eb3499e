//! The span of a stage.

use std::{
    collections::BTreeMap,
    panic::{catch_unwind, resume_unwind},
    pin::pin,
    task::{Context, Waker},
};

use glyph_core::{
    instrument_stage,
    testing::{self, CapturedSpan},
};

use crate::instrument_stage::tally::stage;

/// Returns the only span of `work`, which has ended.
fn only(work: impl FnOnce()) -> CapturedSpan {
    let captured = testing::capture();
    work();
    let [span] = <[CapturedSpan; 1]>::try_from(captured.spans()).unwrap();
    assert!(span.is_closed(), "{span:?}");
    span
}

/// Returns the fields of a span that have a value.
fn shown(span: &CapturedSpan) -> BTreeMap<&'static str, String> {
    let fields = span.fields();
    fields
        .map(|(name, value)| (name, value.to_owned()))
        .collect()
}

fn values<const N: usize>(values: [(&'static str, &str); N]) -> BTreeMap<&'static str, String> {
    values
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect()
}

#[test]
fn span_has_stage_name_labels_and_fields() {
    struct Session {
        id: u32,
    }
    #[instrument_stage(
        stage::call,
        labels(function = "spans: fields"),
        fields(
            session = session.id,
            %route,
            ?session.id,
            http.route = %route,
            "a name" = ?Some(1),
            later = _,
        ),
    )]
    fn serve(session: &Session, route: &str) {
        tracing::Span::current().record("later", session.id + 1);
    }
    let span = only(|| serve(&Session { id: 7 }, "/x"));
    assert_eq!(span.name(), "call");
    assert_eq!(
        shown(&span),
        values([
            ("function", "spans: fields"),
            ("session", "7"),
            ("route", "/x"),
            ("session.id", "7"),
            ("http.route", "/x"),
            ("a name", "Some(1)"),
            ("later", "8"),
        ])
    );
    assert_eq!(span.times_entered(), 1);
}

#[test]
fn arguments_are_not_fields_unless_named() {
    #[instrument_stage(stage::call, labels(function = "spans: private"))]
    fn log_in(name: &str, password: &str) -> bool {
        name == password
    }
    let span = only(|| assert!(!log_in("me", "secret")));
    let declared = span.metadata().fields().iter().map(|field| field.name());
    assert_eq!(
        declared.collect::<Vec<_>>(),
        ["function", "otel.status_code", "error.type"]
    );
    assert_eq!(shown(&span), values([("function", "spans: private")]));
}

#[test]
fn error_sets_span_status_and_type() {
    #[instrument_stage(stage::call, labels(function = "spans: error"))]
    fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
        text.parse()
    }
    let span = only(|| assert!(parse("x").is_err()));
    assert_eq!(
        shown(&span),
        values([
            ("function", "spans: error"),
            ("otel.status_code", "ERROR"),
            ("error.type", "core::num::error::ParseIntError"),
        ])
    );
    let span = only(|| assert!(parse("7").is_ok()));
    assert_eq!(shown(&span), values([("function", "spans: error")]));
}

#[test]
fn panic_is_a_span_error_and_cancellation_is_not() {
    #[instrument_stage(stage::call, labels(function = "spans: panic"))]
    fn panic() {
        resume_unwind(Box::new(()));
    }
    #[instrument_stage(stage::call, labels(function = "spans: cancelled"))]
    async fn wait() {
        std::future::pending::<()>().await;
    }
    let span = only(|| assert!(catch_unwind(panic).is_err()));
    assert_eq!(
        shown(&span),
        values([
            ("function", "spans: panic"),
            ("otel.status_code", "ERROR"),
            ("error.type", "panic"),
        ])
    );
    let span = only(|| {
        let mut future = Box::pin(wait());
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
    });
    assert_eq!(span.status(), None);
    assert_eq!(span.error_type(), Some("cancelled"));
}

#[test]
fn future_is_in_its_span_in_every_poll() {
    struct InSpan;
    impl Drop for InSpan {
        fn drop(&mut self) {
            assert_eq!(current(), Some("call"));
        }
    }
    fn current() -> Option<&'static str> {
        tracing::Span::current()
            .metadata()
            .map(tracing::Metadata::name)
    }
    #[instrument_stage(stage::call, labels(function = "spans: async"))]
    async fn work() {
        let _in_span = InSpan;
        loop {
            assert_eq!(current(), Some("call"));
            tokio::task::yield_now().await;
        }
    }
    let span = only(|| {
        let mut future = Box::pin(work());
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(future.as_mut().poll(&mut context).is_pending());
            assert_eq!(current(), None);
        }
    });
    assert_eq!(span.times_entered(), 4, "three polls and the drop");
}

#[test]
fn stages_nest() {
    #[instrument_stage(stage::call, labels(function = "spans: outer"))]
    async fn outer() -> u8 {
        inner() + 1
    }
    #[instrument_stage(stage::call, labels(function = "spans: inner"))]
    fn inner() -> u8 {
        1
    }
    let captured = testing::capture();
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(outer()).poll(&mut context).is_ready());
    let spans = captured.spans();
    let parents: Vec<_> = spans.iter().map(CapturedSpan::parent).collect();
    assert_eq!(parents, [None, Some("call")]);
}
