//! The handle of the innermost stage.

use std::{collections::HashMap, pin::pin, thread};

use futures_util::FutureExt;
use glyph_runtime::{
    context, instrument_stage,
    stage::{self, CurrentStage},
    trace::propagation,
    wait::wait,
};
use opentelemetry::{Value, trace::TraceContextExt};
use opentelemetry_sdk::trace::SpanData;
use tracing::{Instrument, Span, field::Empty, info, info_span};

use super::{
    exported::{Exported, attribute, text},
    telemetry::stage as stages,
};

/// A stage whose body names the handle, so that it can be a record.
#[instrument_stage(stages::stt, labels(test = "current"), fields(user = _), name = "call")]
fn call<R>(inside: impl FnOnce() -> R) -> R {
    let _named = stage::current();
    inside()
}

/// The text of a field without a value.
const MISSING: &str = "user is missing";

#[instrument_stage(stages::stt, labels(test = "current"), fields(user = _), name = "late")]
async fn late(inside: impl Future<Output = ()>) {
    inside.await;
}

fn named<'s>(spans: &'s [SpanData], name: &str) -> &'s SpanData {
    let span = spans.iter().find(|span| span.name == name);
    span.unwrap_or_else(|| panic!("no {name} in {spans:?}"))
}

/// A helper that stages call.
fn describe(user: &str) {
    let stage = stage::current();
    stage.record("user", user);
    stage.set_attribute("size", 3_u8);
    stage.add_event("described", &[("ratio", &0.5), ("of", &"all")]);
}

#[track_caller]
fn assert_described(span: &SpanData, user: &str) {
    assert_eq!(text(span, "user"), user);
    assert_eq!(attribute(span, "size"), Some(Value::I64(3)));
    let [event] = &*span.events.events else {
        panic!("{:?}", span.events)
    };
    assert_eq!(event.name, "described");
    let attributes: Vec<_> = event
        .attributes
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.clone()))
        .collect();
    assert_eq!(attributes, [("ratio", 0.5.into()), ("of", "all".into())]);
}

#[track_caller]
fn assert_plain(span: &SpanData) {
    assert_eq!(attribute(span, "size"), None, "{}", span.name);
    assert!(span.events.is_empty(), "{:?}", span.events);
}

#[test]
fn helper_adds_to_the_stage_and_not_to_the_spans_around_and_inside() {
    let spans = Exported::by(|| {
        info_span!("outer", user = "outer").in_scope(|| {
            call(|| {
                info_span!("inner", user = Empty).in_scope(|| describe("ada"));
            });
        });
    });
    assert_described(named(&spans, "call"), "ada");
    for (name, user) in [("outer", "outer"), ("inner", MISSING)] {
        let span = named(&spans, name);
        assert_eq!(text(span, "user"), user);
        assert_plain(span);
    }
}

#[test]
fn field_that_is_recorded_later_is_on_the_stage() {
    let spans = Exported::by(|| {
        let work = async {
            tokio::task::yield_now().await;
            describe("ada");
        };
        let late = late(work.instrument(info_span!("task")));
        let future = info_span!("outer", user = "outer").in_scope(|| Box::pin(late));
        let mut future = pin!(future);
        // Each poll is on another thread.
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        for is_ready in [false, true] {
            let poll = || {
                tracing::dispatcher::with_default(&dispatch, || {
                    assert_eq!(future.as_mut().now_or_never().is_some(), is_ready);
                });
            };
            thread::scope(|scope| scope.spawn(poll).join().unwrap());
        }
    });
    assert_described(named(&spans, "late"), "ada");
    assert_plain(named(&spans, "task"));
}

#[test]
fn innermost_stage_is_the_current_one_until_it_ends() {
    let spans = Exported::by(|| {
        call(|| {
            call(|| describe("inner"));
            describe("outer");
        });
    });
    assert_described(&spans[0], "inner");
    assert_described(&spans[1], "outer");
}

#[test]
fn stages_of_both_kinds_in_one_another_are_told_apart() {
    #[instrument_stage(
        stages::stt,
        labels(test = "current"),
        fields(user = _),
        name = "names"
    )]
    fn names_the_current_span(inside: impl FnOnce()) {
        assert!(!Span::current().is_disabled());
        inside();
    }
    let spans = Exported::by(|| {
        names_the_current_span(|| {
            call(|| {
                describe("second");
                stages::stt { test: "current" }.time(|| {
                    stage::current().set_attribute("block", true);
                    names_the_current_span(|| stage::current().record("user", "fourth"));
                    stage::current().set_attribute("after", true);
                });
            });
            stage::current().record("user", "first");
        });
    });
    let users: Vec<_> = spans.iter().map(|span| text(span, "user")).collect();
    assert_eq!(users, ["fourth", MISSING, "second", "first"]);
    assert_eq!(attribute(&spans[1], "block"), Some(true.into()));
    assert_eq!(attribute(&spans[1], "after"), Some(true.into()));
    assert_described(&spans[2], "second");
}

#[test]
fn block_that_was_started_is_the_stage_in_its_scope() {
    let spans = Exported::by(|| {
        let running = stages::stt { test: "current" }.start();
        running.in_scope(|| stage::current().set_attribute("size", 1));
        let task = running.scope(async { stage::current().set_attribute("polled", true) });
        assert_eq!(task.now_or_never(), Some(()));
        assert!(stage::current().is_none());
        running.finish();
    });
    assert_eq!(attribute(&spans[0], "size"), Some(1.into()));
    assert_eq!(attribute(&spans[0], "polled"), Some(true.into()));
}

#[test]
fn wait_in_a_stage_is_no_stage() {
    let spans = Exported::by(|| call(|| wait("pool").blocking(|| describe("ada"))));
    assert_described(named(&spans, "call"), "ada");
    assert_eq!(spans.len(), 2);
}

#[test]
fn stage_without_a_span_leaves_the_stage_around_it() {
    #[instrument_stage(stages::stt, labels(test = "current"), skip_span)]
    fn skips() {
        describe("ada");
    }
    let spans = Exported::by(|| call(skips));
    assert_described(named(&spans, "call"), "ada");
}

#[test]
fn link_of_the_handle_is_one_of_the_stage() {
    let spans = Exported::by(|| {
        let job = info_span!("job");
        call(|| {
            let around = stage::current().exemplar();
            info_span!("inner").in_scope(|| {
                let stage = stage::current();
                stage.link(&job);
                stage.link(stage.exemplar());
                stage.link(Option::<Span>::None);
            });
            call(|| stage::current().link(around));
        });
    });
    let calls: Vec<_> = spans.iter().filter(|span| span.name == "call").collect();
    let linked = |span: &SpanData| span.links[0].span_context.span_id();
    assert_eq!(linked(calls[0]), calls[1].span_context.span_id());
    assert_eq!(
        linked(calls[1]),
        named(&spans, "job").span_context.span_id()
    );
    assert_eq!(calls[1].links.len(), 1, "not to itself");
    assert!(named(&spans, "inner").links.is_empty());
}

#[test]
fn exemplar_of_the_handle_has_the_ids_of_the_stage() {
    let mut ids = None;
    let spans = Exported::by(|| {
        call(|| info_span!("inner").in_scope(|| ids = stage::current().exemplar()));
    });
    let context = &named(&spans, "call").span_context;
    let ids = ids.unwrap();
    assert_eq!(ids.trace_id().to_be_bytes(), context.trace_id().to_bytes());
    assert_eq!(ids.span_id().to_be_bytes(), context.span_id().to_bytes());
}

/// Runs `work` as the request of a client whose trace is not sampled.
fn in_unsampled_request(work: impl FnOnce()) {
    let headers = HashMap::from([(
        "traceparent".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".to_owned(),
    )]);
    propagation::extract(&headers).in_scope(work);
}

#[test]
fn stage_that_is_not_sampled_does_not_change_the_sampled_one_around_it() {
    let exported = Exported::parent_based();
    exported.run(|| {
        call(|| {
            in_unsampled_request(|| {
                call(|| {
                    describe("ada");
                    assert_eq!(stage::current().exemplar(), None);
                });
            });
            stage::current().set_attribute("after", true);
        });
    });
    let spans = exported.spans();
    let [span] = &*spans else { panic!("{spans:?}") };
    assert_plain(span);
    assert_eq!(text(span, "user"), MISSING);
    assert_eq!(attribute(span, "after"), Some(true.into()));
}

#[test]
fn handle_outside_of_stages_does_nothing() {
    let spans = Exported::by(|| {
        assert!(stage::current().is_none());
        info_span!("span", user = "nobody").in_scope(|| {
            describe("ada");
            assert_eq!(stage::current().exemplar(), None);
        });
    });
    assert_plain(&spans[0]);
    assert_eq!(text(&spans[0], "user"), "nobody");
    // Without a subscriber.
    stages::stt { test: "current" }.time(|| describe("ada"));
}

#[test]
fn handle_of_a_stage_that_has_ended_does_nothing() {
    let spans = Exported::by(|| {
        let kept: CurrentStage = call(stage::current);
        call(|| {
            assert!(kept.is_none());
            kept.record("user", "ada");
            kept.set_attribute("size", 1);
            kept.add_event("late", &[]);
        });
        assert_eq!(kept.exemplar(), None);
    });
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_plain(span);
        assert_eq!(text(span, "user"), MISSING);
    }
}

#[test]
fn task_that_a_stage_starts_is_in_no_stage() {
    let spans = Exported::by(|| {
        call(|| {
            let context = context::Context::current();
            let in_task = || {
                let is_active =
                    opentelemetry::Context::map_current(TraceContextExt::has_active_span);
                assert!(is_active);
                assert!(stage::current().is_none());
                describe("ada");
            };
            thread::scope(|scope| scope.spawn(|| context.in_scope(in_task)).join().unwrap());
        });
    });
    assert_plain(&spans[0]);
}

#[test]
fn name_that_is_no_field_is_ignored() {
    let spans = Exported::by(|| {
        call(|| {
            stage::current().record("usr", "ada");
            info!("in the stage");
        });
    });
    assert_eq!(attribute(&spans[0], "usr"), None);
    assert_eq!(spans[0].events.len(), 1);
}
