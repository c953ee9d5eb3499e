//! The span of a stage.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    panic::{catch_unwind, resume_unwind},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use glyph_runtime::instrument_stage;
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::{Context as LayerContext, SubscriberExt},
    registry::LookupSpan,
};

use crate::tally::stage;

/// One span as a subscriber sees it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    name: &'static str,
    parent: Option<&'static str>,
    /// The fields that have a value.
    values: BTreeMap<&'static str, String>,
    declared: Vec<&'static str>,
    entered: u32,
    exited: u32,
    closed: u32,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.values.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.values.insert(field.name(), value.to_owned());
    }
}

/// Keeps all spans, in the order in which they were opened.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<(Id, Seen)>>>);

impl Spans {
    /// The spans that `work` opened.
    fn of(work: impl FnOnce()) -> Vec<Seen> {
        let spans = Self::default();
        let subscriber = tracing_subscriber::registry().with(spans.clone());
        tracing::subscriber::with_default(subscriber, work);
        let seen = spans.0.lock().unwrap();
        seen.iter().map(|(_, seen)| seen.clone()).collect()
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Seen)) {
        let mut spans = self.0.lock().unwrap();
        // A span's id may be given to another one after it is closed.
        let span = spans.iter_mut().rev().find(|(seen, _)| seen == id);
        change(&mut span.unwrap().1);
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: LayerContext<'_, S>) {
        let metadata = attributes.metadata();
        let mut seen = Seen {
            name: metadata.name(),
            parent: context.lookup_current().map(|parent| parent.name()),
            declared: metadata.fields().iter().map(|field| field.name()).collect(),
            ..Seen::default()
        };
        attributes.record(&mut seen);
        self.0.lock().unwrap().push((id.clone(), seen));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: LayerContext<'_, S>) {
        self.change(id, |seen| values.record(seen));
    }

    fn on_enter(&self, id: &Id, _: LayerContext<'_, S>) {
        self.change(id, |seen| seen.entered += 1);
    }

    fn on_exit(&self, id: &Id, _: LayerContext<'_, S>) {
        self.change(id, |seen| seen.exited += 1);
    }

    fn on_close(&self, id: Id, _: LayerContext<'_, S>) {
        self.change(&id, |seen| seen.closed += 1);
    }
}

/// The one span that `work` opened, which was closed again.
fn only(work: impl FnOnce()) -> Seen {
    let [span] = <[Seen; 1]>::try_from(Spans::of(work)).unwrap();
    assert_eq!(span.closed, 1, "{span:?}");
    assert_eq!(span.entered, span.exited, "{span:?}");
    span
}

fn values<const N: usize>(values: [(&'static str, &str); N]) -> BTreeMap<&'static str, String> {
    values
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect()
}

#[test]
fn it_has_the_name_of_the_stage_its_labels_and_the_fields() {
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
    assert_eq!(span.name, "call");
    assert_eq!(
        span.values,
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
    assert_eq!(span.entered, 1);
}

#[test]
fn nothing_is_captured_unless_named() {
    #[instrument_stage(stage::call, labels(function = "spans: private"))]
    fn log_in(name: &str, password: &str) -> bool {
        name == password
    }
    let span = only(|| assert!(!log_in("me", "secret")));
    assert_eq!(
        span.declared,
        ["function", "otel.status_code", "error.type"]
    );
    assert_eq!(span.values, values([("function", "spans: private")]));
}

#[test]
fn an_error_sets_its_status_and_type() {
    #[instrument_stage(stage::call, labels(function = "spans: error"))]
    fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
        text.parse()
    }
    let span = only(|| assert!(parse("x").is_err()));
    assert_eq!(
        span.values,
        values([
            ("function", "spans: error"),
            ("otel.status_code", "ERROR"),
            ("error.type", "core::num::error::ParseIntError"),
        ])
    );
    let span = only(|| assert!(parse("7").is_ok()));
    assert_eq!(span.values, values([("function", "spans: error")]));
}

#[test]
fn a_panic_is_an_error_and_cancelling_is_not() {
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
        span.values,
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
    assert_eq!(span.values.get("otel.status_code"), None);
    assert_eq!(span.values.get("error.type").unwrap(), "cancelled");
}

#[test]
fn a_future_is_inside_it_whenever_it_runs() {
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
    assert_eq!(span.entered, 4, "three polls and the drop");
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
    let spans = Spans::of(|| {
        let mut context = Context::from_waker(Waker::noop());
        assert!(pin!(outer()).poll(&mut context).is_ready());
    });
    let parents: Vec<_> = spans.iter().map(|span| span.parent).collect();
    assert_eq!(parents, [None, Some("call")]);
}
