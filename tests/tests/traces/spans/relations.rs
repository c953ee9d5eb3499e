//! Parents and links that are closed, disabled, or of another subscriber.

use std::sync::mpsc::channel;

use glyph_runtime::{
    instrument_stage,
    stage::{IntoParent, Link},
    trace::{Pipeline, Span as Recorded},
};
use glyph_tests::{kinds, wait::within};
use tracing::{Dispatch, Span, dispatcher, span::Id};
use tracing_subscriber::layer::SubscriberExt;

use crate::spans::telemetry::{calls, stage};

/// A subscriber with a pipeline, whose ids begin anew.
struct Subscriber {
    pipeline: Pipeline,
    dispatch: Dispatch,
}

impl Subscriber {
    fn new() -> Self {
        let pipeline = Pipeline::start(&kinds::settings("relations")).unwrap();
        let dispatch = Dispatch::new(tracing_subscriber::registry().with(pipeline.layer()));
        Self { pipeline, dispatch }
    }

    fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        dispatcher::with_default(&self.dispatch, work)
    }

    fn span(&self, name: &'static str) -> Span {
        self.run(|| tracing::info_span!("span", otel.name = name))
    }

    fn recorded(&self, name: &str) -> Recorded {
        let traces = self.pipeline.recent().into_iter();
        let mut spans = traces.flat_map(|trace| trace.spans);
        spans.find(|span| span.name == name).unwrap()
    }
}

#[instrument_stage(stage::stt, labels(test = "relations"), name = "related", parent = parent)]
fn below<P: IntoParent>(parent: P) {}

#[instrument_stage(stage::stt, labels(test = "relations"), name = "related", links = [link])]
fn after<L: Link>(link: L) {}

/// Runs `call` with a stage inside of a span, which has the lowest id of its subscriber. Returns the
/// span of the stage.
fn related(call: impl FnOnce() + Send + 'static) -> Recorded {
    let before = calls("relations");
    let (done, span) = channel();
    // A link from a span to itself would lock a span twice.
    within(crate::LONG, "a call with a relation", move || {
        let subscriber = Subscriber::new();
        let around = subscriber.span("around");
        subscriber.run(|| around.in_scope(call));
        done.send(subscriber.recorded("related")).unwrap();
    });
    assert!(calls("relations") > before);
    span.recv().unwrap()
}

/// Returns the id of a span of the current subscriber that has ended.
fn closed() -> Option<Id> {
    let span = tracing::info_span!("closed");
    span.id()
}

#[test]
fn parent_that_is_closed_or_disabled_is_none() {
    let elsewhere = Subscriber::new();
    let of_another = elsewhere.run(closed);
    let calls: [Box<dyn FnOnce() + Send>; 6] = [
        Box::new(|| below(Span::none())),
        Box::new(|| below(Span::none())),
        Box::new(|| below(None)),
        Box::new(|| below(closed())),
        Box::new(|| below(Id::from_u64(1 << 40))),
        Box::new(move || below(of_another)),
    ];
    for (index, call) in calls.into_iter().enumerate() {
        assert_eq!(related(call).parent_span_id, None, "{index}");
    }
}

#[test]
fn parent_of_another_subscriber_continues_its_trace() {
    let elsewhere = Subscriber::new();
    let parent = elsewhere.span("parent");
    let span = related({
        let parent = parent.clone();
        move || below(&parent)
    });
    drop(parent);
    let parent = elsewhere.recorded("parent");
    assert_eq!(span.parent_span_id.as_deref(), Some(&*parent.span_id));
    assert_eq!(span.trace_id, parent.trace_id);
}

#[test]
fn parent_of_a_subscriber_without_traces_is_none() {
    let plain = Dispatch::new(tracing_subscriber::registry());
    let parent = dispatcher::with_default(&plain, || tracing::info_span!("parent"));
    assert!(!parent.is_disabled());
    assert_eq!(related(move || below(parent)).parent_span_id, None);
}

#[test]
fn parent_that_is_moved_into_the_call_is_the_parent() {
    let span = related(|| below(tracing::info_span!("moved")));
    assert!(span.parent_span_id.is_some());
}

#[test]
fn link_to_a_closed_or_disabled_span_is_omitted() {
    let calls: [Box<dyn FnOnce() + Send>; 4] = [
        Box::new(|| after(Span::none())),
        Box::new(|| after(closed())),
        Box::new(|| after(Id::from_u64(1 << 40))),
        Box::new(|| after(None::<Span>)),
    ];
    for (index, call) in calls.into_iter().enumerate() {
        assert_eq!(related(call).links, [], "{index}");
    }
}

#[test]
fn link_to_a_span_of_another_subscriber_is_kept() {
    let elsewhere = Subscriber::new();
    // One of them has the id that the span of the stage has in its own subscriber.
    for name in ["first", "second", "third"] {
        let linked = elsewhere.span(name);
        let span = related({
            let linked = linked.clone();
            move || after(linked)
        });
        let kept = elsewhere.span("keeps the id from being used again");
        drop(linked);
        let linked = elsewhere.recorded(name);
        let links: Vec<_> = span.links.iter().map(|link| &link.span_id).collect();
        assert_eq!(links, [&linked.span_id]);
        std::mem::forget(kept);
    }
}

#[test]
fn link_to_an_id_of_another_subscriber_does_not_block() {
    let elsewhere = Subscriber::new();
    let spans: Vec<_> = (0..3).map(|_| elsewhere.span("other")).collect();
    for id in spans.iter().filter_map(Span::id) {
        let _links_may_be_those_of_spans_with_this_id = related(move || after(id));
    }
}
