//! Stages, spans of `tracing` and threads in each other have the same tree with both kinds.

use std::{
    pin::pin,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use glyph_runtime::{
    context::Context, instrument_stage, stage::current, trace::StageSpans, wait::wait,
};
use opentelemetry::{KeyValue, trace::TraceContextExt};
use proptest::{collection::vec, prelude::*};
use tracing::{Instrument, Span, dispatcher, error, info, info_span};

use super::{
    calls::{Protocol, Side, block_on, call},
    exported, tree,
};
use crate::spans::telemetry::stage;

/// Code around other code.
#[derive(Clone, Debug)]
enum Step {
    Event,
    /// An attribute and an event of the current span of OpenTelemetry.
    OpenTelemetry,
    Fail,
    Stage(Vec<Self>),
    Block(Vec<Self>),
    Running(Vec<Self>),
    /// An asynchronous stage that waits once.
    Async(Vec<Self>),
    /// A stage whose body names the current span.
    Current(Vec<Self>),
    Span(Vec<Self>),
    /// A span of the program that the parts before share.
    Enter(Vec<Self>),
    /// A stage whose parent is the span that the parts before share.
    Below(Vec<Self>),
    /// A stage that follows from the span that the parts before share.
    After(Vec<Self>),
    Thread(Vec<Self>),
    Root(Vec<Self>),
    Stream(Vec<Self>),
    Wait(Vec<Self>),
    /// A stream that is polled in another stage than the one that made it, and one that is dropped.
    Streams(Vec<Self>),
    /// A task that outlives the stage that has created it.
    Outlives(Vec<Self>),
    /// A call over HTTP or gRPC.
    Call(Protocol, Side, Vec<Self>),
    /// A stage of another kind.
    Client(Vec<Self>),
    /// What is added by the handle of the current stage.
    Handle,
    /// A span that follows from the span that the parts before share.
    Follows(Vec<Self>),
    /// Guards of spans that are dropped in the order in which they were made.
    OutOfOrder(Vec<Self>),
    /// A guard of a span that is dropped in a stage inside.
    Across(Vec<Self>),
    /// An asynchronous stage that two threads poll.
    TwoThreads(Vec<Self>),
}

/// The steps that have others inside.
const AROUND: [fn(Vec<Step>) -> Step; 20] = [
    Step::Stage,
    Step::Block,
    Step::Running,
    Step::Async,
    Step::Current,
    Step::Span,
    Step::Enter,
    Step::Below,
    Step::After,
    Step::Thread,
    Step::Root,
    Step::Stream,
    Step::Wait,
    Step::Outlives,
    Step::Streams,
    Step::Client,
    Step::Follows,
    Step::OutOfOrder,
    Step::Across,
    Step::TwoThreads,
];

/// Steps in each other, as deep as `kinds` has numbers. Each has what is `beside` before the next.
fn deep(kinds: &[usize], beside: &[Step]) -> Vec<Step> {
    kinds.iter().fold(beside.to_vec(), |inside, kind| {
        let mut steps = beside.to_vec();
        steps.push(AROUND[*kind](inside));
        steps
    })
}

/// Whether a step runs what is inside twice.
fn is_run_twice(step: &Step) -> bool {
    matches!(step, Step::OutOfOrder(_) | Step::Across(_))
}

fn leaf() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Event),
        Just(Step::OpenTelemetry),
        Just(Step::Handle),
        Just(Step::Fail)
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = leaf().prop_recursive(30, 90, 3, |inner| {
        let inside = vec(inner, 0..3);
        let other = (0..AROUND.len(), inside.clone());
        let other = other.prop_map(|(kind, inside)| AROUND[kind](inside));
        let call = (protocols(), sides(), inside);
        let call = call.prop_map(|(protocol, side, inside)| Step::Call(protocol, side, inside));
        prop_oneof![3 => other, 1 => call]
    });
    vec(step, 1..4)
}

fn protocols() -> impl Strategy<Value = Protocol> {
    prop_oneof![Just(Protocol::Http), Just(Protocol::Grpc)]
}

fn sides() -> impl Strategy<Value = Side> {
    prop_oneof![
        Just(Side::Server),
        Just(Side::Client),
        Just(Side::Both),
        Just(Side::Untrusting)
    ]
}

#[instrument_stage(stage::stt, labels(test = "nested"), fields(number), name = "stage")]
fn in_stage(number: u32, inside: impl FnOnce()) {
    inside();
}

#[instrument_stage(stage::stt, labels(test = "nested"), fields(number), name = "root", parent = None)]
fn in_root(number: u32, inside: impl FnOnce()) {
    inside();
}

#[instrument_stage(stage::stt, labels(test = "nested"), fields(number), name = "below", parent = parent)]
fn below(number: u32, parent: &Span, inside: impl FnOnce()) {
    inside();
}

#[instrument_stage(stage::stt, labels(test = "nested"), fields(number), name = "after", links = [span])]
fn after(number: u32, span: &Span, inside: impl FnOnce()) {
    inside();
}

#[instrument_stage(stage::stt, labels(test = "nested"), fields(number), name = "async")]
async fn in_async(number: u32, inside: impl FnOnce()) {
    tokio::task::yield_now().await;
    inside();
}

#[instrument_stage(stage::stt, labels(test = "nested"), fields(late), name = "current")]
fn in_current(late: u32, inside: impl FnOnce()) {
    Span::current().record("late", late + 1);
    inside();
}

#[instrument_stage(
    stage::stt,
    labels(test = "nested"),
    fields(number),
    name = "stream",
    stream
)]
fn in_stream(number: u32, inside: impl FnOnce()) -> impl Stream<Item = ()> {
    stream::once(async { inside() })
}

#[instrument_stage(stage::stt, labels(test = "nested"), fields(number), name = "client", kind = client)]
fn in_client(number: u32, inside: impl FnOnce()) {
    inside();
}

#[instrument_stage(stage::stt, labels(test = "nested"), name = "fails", err = event)]
fn fail(number: u32) -> Result<(), String> {
    Err(format!("number {number}"))
}

/// Runs `inside` in two spans, whose guards are dropped in the order in which they were made.
fn out_of_order(number: u32, inside: impl Fn()) {
    let first = info_span!("first", number).entered();
    let second = info_span!("second").entered();
    in_stage(number, &inside);
    drop(first);
    in_stage(number, &inside);
    drop(second);
}

/// Polls a stage once on this thread, and once on another one.
fn on_two_threads(number: u32, inside: impl FnOnce() + Send) {
    let mut future = pin!(in_async(number, inside));
    assert!(future.as_mut().now_or_never().is_none());
    let dispatch = dispatcher::get_default(Clone::clone);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let poll = || assert!(future.as_mut().now_or_never().is_some());
            dispatcher::with_default(&dispatch, poll);
        });
    });
}

fn run(steps: &[Step], kept: &Span, number: &AtomicU32) {
    for step in steps {
        run_step(step, kept, number);
    }
}

/// A step without others inside.
fn run_leaf(step: &Step, kept: &Span, this: u32) {
    match step {
        Step::Event if this.is_multiple_of(2) => info!(this, "an event"),
        Step::OpenTelemetry => {
            let context = opentelemetry::Context::current();
            let span = context.span();
            span.set_attribute(KeyValue::new("set", i64::from(this)));
            span.add_event("added", vec![KeyValue::new("this", i64::from(this))]);
        }
        Step::Handle => {
            let stage = current();
            stage.record("number", this + 1);
            stage.set_attribute("handled", this);
            stage.add_event("handled", &[("this", &this)]);
            stage.link(kept);
        }
        Step::Fail => fail(this).unwrap_err().clear(),
        _ => error!(this, error = "an error"),
    }
}

fn in_thread(inside: impl FnOnce() + Send) {
    let context = Context::current();
    std::thread::scope(|scope| {
        scope.spawn(|| context.in_scope(inside));
    });
}

fn poll_elsewhere(number: u32, inside: impl FnOnce()) {
    let mut stream = pin!(in_stream(number, inside));
    info_span!("poll").in_scope(|| assert!(stream.next().now_or_never().is_some()));
}

fn poll_in_another_stage(number: u32, inside: impl FnOnce()) {
    drop(in_stream(number, || ()));
    let mut made = None;
    in_stage(number, || made = Some(in_stream(number, inside)));
    let mut stream = pin!(made.unwrap());
    in_stage(number, || {
        assert!(stream.next().now_or_never().is_some());
    });
}

fn outlive(number: u32, inside: impl FnOnce()) {
    let mut task = None;
    in_stage(number, || {
        task = Some(in_async(number, inside).instrument(info_span!("task")));
    });
    block_on(task.unwrap());
}

fn in_follower(number: u32, kept: &Span, inside: impl FnOnce()) {
    let span = info_span!("follows", number);
    span.follows_from(kept);
    span.in_scope(inside);
}

fn across(number: u32, inside: impl Fn()) {
    let guard = info_span!("across", number).entered();
    in_stage(number, || {
        inside();
        drop(guard);
        inside();
    });
}

fn in_running(inside: impl FnOnce()) {
    let running = stage::stt { test: "nested" }.start();
    running.in_scope(inside);
    running.finish();
}

fn run_step(step: &Step, kept: &Span, number: &AtomicU32) {
    let this = number.fetch_add(1, Relaxed);
    let inner = |inside: &[Step]| run(inside, kept, number);
    // A span is not entered again inside of itself: its events belong to the stage between with one
    // kind, and to the span with the other.
    let inner_with_another = |inside: &[Step]| run(inside, &info_span!("another"), number);
    match step {
        Step::Event | Step::OpenTelemetry | Step::Handle | Step::Fail => run_leaf(step, kept, this),
        Step::Stage(inside) => in_stage(this, || inner(inside)),
        Step::Root(inside) => in_root(this, || inner(inside)),
        Step::Below(inside) => below(this, kept, || inner(inside)),
        Step::After(inside) => after(this, kept, || inner(inside)),
        Step::Async(inside) => block_on(in_async(this, || inner(inside))),
        Step::Current(inside) => in_current(this, || inner(inside)),
        Step::Block(inside) => stage::stt { test: "nested" }.time(|| inner(inside)),
        Step::Running(inside) => in_running(|| inner(inside)),
        Step::Span(inside) => {
            info_span!("span", number = this).in_scope(|| inner_with_another(inside));
        }
        Step::Enter(inside) => kept.in_scope(|| inner_with_another(inside)),
        Step::Thread(inside) => in_thread(|| inner(inside)),
        Step::Stream(inside) => poll_elsewhere(this, || inner(inside)),
        Step::Streams(inside) => poll_in_another_stage(this, || inner(inside)),
        Step::Call(protocol, side, inside) => call(*protocol, *side, this, || inner(inside)),
        Step::Client(inside) => in_client(this, || inner(inside)),
        Step::Follows(inside) => in_follower(this, kept, || inner_with_another(inside)),
        Step::OutOfOrder(inside) => out_of_order(this, || inner_with_another(inside)),
        Step::Across(inside) => across(this, || inner_with_another(inside)),
        Step::TwoThreads(inside) => on_two_threads(this, || inner(inside)),
        Step::Wait(inside) => wait("pool").blocking(|| inner(inside)),
        Step::Outlives(inside) => outlive(this, || inner(inside)),
    }
}

/// Returns the trees of the steps with spans of `tracing` and with records.
fn both(steps: &[Step]) -> [String; 2] {
    [StageSpans::Tracing, StageSpans::Records].map(|stages| {
        tree::of(&exported(stages, || {
            let kept = info_span!("kept");
            run(steps, &kept, &0.into());
        }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_nesting_has_the_same_tree_with_both_kinds(steps in steps()) {
        let [tracing, records] = both(&steps);
        prop_assert_eq!(records, tracing);
    }

    #[test]
    fn nesting_of_thirty_has_the_same_tree_with_both_kinds(
        kinds in vec(0..AROUND.len(), 25..=30),
        beside in vec(leaf(), 0..2),
    ) {
        let twice = kinds.iter().filter(|kind| is_run_twice(&AROUND[**kind](Vec::new())));
        prop_assume!(twice.count() < 5);
        let steps = deep(&kinds, &beside);
        let [tracing, records] = both(&steps);
        prop_assert_eq!(records, tracing);
    }
}
