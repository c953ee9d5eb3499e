//! A program with stages of every form, spans of its own between them, and helpers that log.

use std::{future::Future, io};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use glyph_runtime::{
    Counter, Histogram, Label, LabelSet, Status, context, instrument_stage,
    log::{RequestId, Secret},
    metric_catalog,
    wait::wait,
};
use tracing::{Instrument, debug, error, info, info_span, warn};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supplier {
    Acme,
    Wile,
}

#[derive(LabelSet)]
pub(crate) struct Orders {
    pub(crate) supplier: Supplier,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "unsampled", stages = stage)]
pub(crate) struct Metrics {
    /// Latency of an order.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(order, requests = orders, labels(supplier: Supplier))]
    pub(crate) order: Histogram,
    /// Orders.
    pub(crate) orders: Counter<Orders>,
    /// Latency of a step.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(step)]
    pub(crate) step: Histogram,
    /// Latency of a search.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(search, labels(supplier: Supplier), end_labels(found: Option<Supplier> = None))]
    pub(crate) search: Histogram,
}

fn helper(of: &str) {
    info!(of, "from a helper");
}

#[instrument_stage(
    stage::order,
    labels(supplier = Supplier::Acme),
    fields(
        session = %session,
        bytes = 7_u64,
        wide = u128::MAX,
        below = -3_i64,
        ratio = 0.5,
        is_new = true,
        list = ?[1, 2],
        text = "a \"quoted\"\ntext",
        password = "hunter2",
        key = %Secret::new("hunter2"),
    )
)]
fn order(session: u32) {
    warn!(session = "of the event", "in a stage");
    step(1).unwrap();
    info_span!("between", between = session, ratio = "of the span").in_scope(|| {
        helper("the span between");
        step(2).unwrap_err();
    });
    helper("the stage");
}

#[instrument_stage(
    stage::step,
    fields(error = failure as &(dyn std::error::Error + 'static), session)
)]
fn failing(session: u32, failure: &io::Error) {
    helper("a stage with an error");
    order(session);
}

#[instrument_stage(stage::step, fields(number, bytes = "of the step"), err = event, ret = event)]
fn step(number: u8) -> Result<u8, std::num::ParseIntError> {
    helper("the step");
    debug!("of no interest");
    if number == 2 { "x".parse() } else { Ok(number) }
}

#[instrument_stage(stage::step, fields(task = name))]
async fn task(name: &'static str) {
    for round in 0..3 {
        info!(round, "before it yields");
        tokio::task::yield_now().await;
        inner(round).await;
    }
}

#[instrument_stage(stage::step, fields(inner = round))]
async fn inner(round: u8) {
    helper("the inner task");
    tokio::task::yield_now().await;
    helper("the inner task, later");
}

#[instrument_stage(stage::order, labels(supplier = "wile"), fields(items = 2), stream)]
fn items() -> impl Stream<Item = Result<u8, io::Error>> {
    stream::iter([1, 2]).map(|item| {
        helper("the stream");
        Ok(item)
    })
}

#[expect(
    clippy::manual_async_fn,
    reason = "a form of function that stages take"
)]
#[instrument_stage(stage::step, fields(outside = 1))]
fn lazy() -> impl Future<Output = ()> {
    async {
        let mut items = Box::pin(items());
        while items.next().await.is_some() {
            info!("an item");
        }
    }
}

#[instrument_stage(stage::step, fields(outside = 2))]
async fn spawns() {
    context::spawn(async {
        helper("a spawned task");
        step(3).unwrap();
    })
    .await
    .unwrap();
    let span = info_span!("task", of = "a task of its own");
    tokio::spawn(inner(4).instrument(span)).await.unwrap();
    context::spawn_blocking(|| helper("a blocking task"))
        .await
        .unwrap();
}

#[tracing::instrument(fields(of_tracing = true), skip_all)]
fn traced() {
    helper("an instrumented function");
    step(5).unwrap();
}

#[instrument_stage(stage::step, level = debug, fields(detail = 1))]
fn detailed() {
    helper("a stage that the filter hides");
    step(6).unwrap();
}

fn blocks() {
    detailed();
    let supplier = Supplier::Wile;
    stage::order { supplier }.time(|| {
        helper("a block");
        traced();
    });
    let running = stage::order { supplier }.start();
    helper("nothing: the block is not entered");
    running.in_scope(|| helper("a running block"));
    std::thread::scope(|scope| {
        let context = context::Context::current();
        let running = &running;
        scope.spawn(move || {
            context.in_scope(|| running.in_scope(|| helper("a block on another thread")));
        });
    });
    let in_block = running.scope(async { helper("a future in a running block") });
    in_block.now_or_never();
    let task = async { helper("a task of a running block") };
    task.instrument(running.span().clone()).now_or_never();
    running.finish();
    wait("pool").scope("tenant").blocking(|| helper("a wait"));
}

type Found = Result<Supplier, std::num::ParseIntError>;

#[instrument_stage(
    stage::search,
    labels(supplier = "acme", found = |found| found.as_ref().ok().copied()),
    err = event,
    ret = event
)]
pub(super) fn search(number: &str) -> Found {
    helper("a search");
    let _: u8 = number.parse()?;
    Ok(Supplier::Wile)
}

#[instrument_stage(
    stage::search,
    labels(supplier = "wile", found = |found| found.as_ref().ok().copied()),
    ret = event
)]
async fn search_later(number: &str) -> Found {
    helper("a later search");
    if number.is_empty() {
        std::future::pending::<()>().await;
    }
    search(number)
}

/// A block that sets a label before a line, and a span that outlives it.
pub(super) fn search_in_a_block() {
    let supplier = Supplier::Acme;
    let mut running = stage::search { supplier }.start();
    let span = running.span().clone();
    span.in_scope(|| helper("a span of a running search"));
    running.set_found(Some(Supplier::Wile));
    running.in_scope(|| helper("a search that has found something"));
    running.finish();
    span.in_scope(|| helper("a span of a search that has ended"));
}

fn searches() {
    search("7").unwrap();
    search("x").unwrap_err();
    search_later("7").now_or_never().unwrap().unwrap();
    assert!(search_later("").now_or_never().is_none());
    search_in_a_block();
    let supplier = Supplier::Acme;
    let mut running = stage::search { supplier }.start();
    running.in_scope(|| helper("a running search"));
    running.set_found(Some(supplier));
    running.in_scope(|| helper("a search that knows what it has found"));
}

/// Runs all of it.
pub(super) fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let request = RequestId::new("r-1").unwrap();
    info_span!("root", root = 1, session = "of the root").in_scope(|| {
        request.in_scope(|| {
            let failure = io::Error::other("no such order".parse::<u8>().unwrap_err());
            order(7);
            failing(8, &failure);
            blocks();
            searches();
            runtime.unwrap().block_on(async {
                tokio::join!(task("first"), task("second"));
                lazy().await;
                spawns().await;
            });
            error!("at the end");
        });
    });
}
