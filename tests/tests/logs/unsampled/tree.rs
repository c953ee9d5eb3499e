//! Which spans and stages are around a line below an unsampled root.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    task::{Context as TaskContext, Poll, Waker},
};

use futures_util::{Stream, StreamExt, stream};
use glyph_runtime::{context::Context, instrument_stage};
use proptest::{collection::vec, prelude::*};
use serde_json::Value;
use tracing::{Span, info, info_span};

use super::{
    assert_same, off, on,
    program::{Supplier, stage},
    recorded, sampled, sampled_by, unsampled,
};

/// Asserts that `work` has the same lines in every kind of trace, and returns them.
fn same(name: &str, work: impl Fn()) -> Vec<Value> {
    let lines = unsampled(&work);
    assert_same(lines.clone(), sampled(&work), name);
    assert_same(lines.clone(), recorded(&work), name);
    lines
}

fn polled<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut TaskContext::from_waker(Waker::noop()))
}

#[instrument_stage(stage::step, fields(outer))]
fn around<R>(outer: u8, work: impl FnOnce() -> R) -> R {
    work()
}

#[instrument_stage(stage::step, fields(depth))]
fn nested(depth: u8) {
    if depth == 0 {
        info!("at the bottom");
    } else {
        nested(depth - 1);
    }
}

#[instrument_stage(stage::step, fields(items), stream)]
fn items(items: u8) -> impl Stream<Item = u8> {
    stream::iter(0..items).inspect(|item| info!(item, "in the stream"))
}

#[instrument_stage(stage::step, fields(shared = 1))]
async fn shared() {
    info!("first");
    tokio::task::yield_now().await;
    info!("then");
}

#[test]
fn innermost_of_many_stages_is_on_the_line() {
    let lines = same("nested", || nested(100));
    assert_eq!(lines[0]["depth"], 0);
}

#[test]
fn stream_has_the_fields_of_the_stage_that_returned_it() {
    let lines = same("stream", || {
        let mut items = pin!(around(1, || items(1)));
        while let Poll::Ready(Some(_)) = polled(pin!(items.next())) {}
    });
    assert_eq!(lines[0]["outer"], 1);
    assert_eq!(lines[0]["items"], 1);
}

#[test]
fn stream_that_outlives_the_stages_around_it_keeps_their_fields_and_ids() {
    let work = || {
        let root = info_span!("root", root = 1).entered();
        let mut items = pin!(around(1, || items(1)));
        drop(root);
        assert!(polled(pin!(items.next())).is_ready());
    };
    let [lines, expected] = [off(), on()].map(|sampler| sampled_by(sampler, work));
    assert_eq!(lines[0]["root"], 1);
    assert_eq!(lines[0]["outer"], 1);
    assert!(lines[0]["trace_id"].is_string());
    assert_same(lines, expected, "outlives");
}

#[test]
fn block_that_continues_on_another_thread_keeps_its_fields_and_ids() {
    let work = || {
        let root = info_span!("root", root = 1).entered();
        let supplier = Supplier::Acme;
        let running = around(1, || stage::order { supplier }.start());
        drop(root);
        std::thread::scope(|scope| {
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            let running = &running;
            scope.spawn(move || {
                tracing::dispatcher::with_default(&dispatch, || {
                    running.in_scope(|| info!("on a thread"));
                });
            });
        });
        running.finish();
    };
    let [lines, expected] = [off(), on()].map(|sampler| sampled_by(sampler, work));
    assert_eq!(lines[0]["outer"], 1);
    assert!(lines[0]["trace_id"].is_string());
    assert_same(lines, expected, "running");
}

#[test]
fn span_has_the_fields_of_the_stage_that_created_it() {
    let lines = same("span", || {
        let span = around(1, || info_span!("kept", kept = 1));
        std::thread::scope(|scope| {
            let current = Context::current();
            let span = &span;
            scope.spawn(move || current.in_scope(|| span.in_scope(|| info!("on a thread"))));
        });
        around(2, || span.in_scope(|| info!("in another stage")));
        around(3, || {
            let entered = span.enter();
            around(4, || info!("in a stage in it"));
            drop(entered);
            info!("after it");
        });
    });
    let outer: Vec<_> = lines.iter().map(|line| line["outer"].as_u64()).collect();
    assert_eq!(outer, [Some(1), Some(1), Some(4), Some(3)]);
}

#[test]
fn spans_that_are_exited_out_of_order_keep_their_fields_on_lines() {
    same("order", || {
        let first = info_span!("first", first = 1).entered();
        let second = info_span!("second", second = 2).entered();
        around(1, || {
            drop(first);
            info!("without the first");
        });
        drop(second);
    });
}

#[test]
fn event_with_an_explicit_parent_has_the_fields_of_that_parent() {
    let lines = same("parents", || {
        let other = info_span!("other", other = 1);
        around(1, || {
            info!(parent: None, "of none");
            info!(parent: &other, "of the other");
        });
    });
    assert_eq!(lines[0]["outer"], Value::Null);
    assert_eq!(lines[1]["outer"], Value::Null);
    assert_eq!(lines[1]["other"], 1);
}

#[test]
fn context_keeps_the_fields_of_a_stage_that_has_ended() {
    let lines = same("context", || {
        let context = around(1, || around(2, Context::current));
        std::thread::scope(|scope| {
            scope.spawn(move || context.in_scope(|| info!("later")));
        });
    });
    assert_eq!(lines[0]["outer"], 2);
}

#[test]
fn future_polled_in_another_stage_has_no_fields_of_that_stage() {
    let lines = unsampled(|| {
        let mut shared = pin!(shared());
        assert!(around(1, || polled(shared.as_mut())).is_pending());
        assert!(around(2, || polled(shared.as_mut())).is_ready());
    });
    assert_eq!(lines[0]["outer"], 1);
    assert_eq!(lines[1]["outer"], Value::Null);
    assert_eq!(lines[1]["shared"], 1);
}

/// Code around other code.
#[derive(Clone, Debug)]
enum Step {
    Line,
    Stage(Vec<Self>),
    Block(Vec<Self>),
    Running(Vec<Self>),
    Span(Vec<Self>),
    /// A span of the program that the parts before share.
    Enter(Vec<Self>),
    Thread(Vec<Self>),
    Root(Vec<Self>),
    Stream(Vec<Self>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let line = Just(Step::Line).boxed();
    let step = line.prop_recursive(12, 60, 3, |inner| {
        let inside = vec(inner, 0..3);
        let make = [
            Step::Stage as fn(Vec<Step>) -> Step,
            Step::Block,
            Step::Running,
            Step::Span,
            Step::Enter,
            Step::Thread,
            Step::Root,
            Step::Stream,
        ];
        (0..make.len(), inside).prop_map(move |(kind, inside)| make[kind](inside))
    });
    vec(step, 1..4)
}

#[instrument_stage(stage::step, fields(number, name = "a stage"))]
fn in_stage(number: u32, inside: impl FnOnce()) {
    inside();
}

#[instrument_stage(stage::step, fields(number, name = "a root"), parent = None)]
fn in_root(number: u32, inside: impl FnOnce()) {
    inside();
}

#[instrument_stage(stage::step, fields(number, name = "a stream"), stream)]
fn in_stream(number: u32, inside: impl FnOnce()) -> impl Stream<Item = ()> {
    stream::once(async { inside() })
}

fn run(steps: &[Step], kept: &Span, number: &AtomicU32) {
    for step in steps {
        let this = number.fetch_add(1, Relaxed);
        let supplier = Supplier::Acme;
        match step {
            Step::Line => info!(this, "a line"),
            Step::Stage(inside) => in_stage(this, || run(inside, kept, number)),
            Step::Root(inside) => in_root(this, || run(inside, kept, number)),
            Step::Block(inside) => {
                stage::order { supplier }.time(|| run(inside, kept, number));
            }
            Step::Running(inside) => {
                let running = stage::order { supplier }.start();
                running.in_scope(|| run(inside, kept, number));
                running.finish();
            }
            Step::Span(inside) => {
                let span = info_span!("span", number = this, span = this);
                span.in_scope(|| run(inside, &span, number));
            }
            Step::Enter(inside) => kept.in_scope(|| run(inside, kept, number)),
            Step::Thread(inside) => {
                let context = Context::current();
                std::thread::scope(|scope| {
                    scope.spawn(|| context.in_scope(|| run(inside, kept, number)));
                });
            }
            Step::Stream(inside) => {
                let mut stream = pin!(in_stream(this, || run(inside, kept, number)));
                info_span!("poll", poll = this).in_scope(|| {
                    assert!(polled(pin!(stream.next())).is_ready());
                });
            }
        }
    }
}

proptest! {
    #[test]
    fn unsampled_calls_in_any_nesting_have_the_lines_of_sampled_ones(steps in steps()) {
        same("any nesting", || {
            let kept = info_span!("kept", kept = true);
            run(&steps, &kept, &0.into());
        });
    }
}
