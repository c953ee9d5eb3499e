//! Calls that go on outside of the caller in which they began, in another task or thread.

use std::{collections::HashMap, pin::pin, thread};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use glyph_runtime::{
    instrument_stage,
    trace::propagation,
    wait::{Queue, QueueRecorder, WaitEnd},
};
use serde_json::Value;
use tracing::{Dispatch, Instrument, dispatcher, info, info_span};

use super::{
    assert_same, on,
    program::{Supplier, stage},
    sampled_by,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A client in another process, whose trace is sampled or not.
#[derive(Clone, Copy)]
struct Client {
    is_sampled: bool,
}

impl Client {
    /// Runs `work` as a request of the client, without a span of its own.
    fn request<R>(self, work: impl FnOnce() -> R) -> R {
        let flags = if self.is_sampled { "01" } else { "00" };
        let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
        let headers = HashMap::from([("traceparent".to_owned(), traceparent)]);
        propagation::extract(&headers).in_scope(work)
    }
}

/// Asserts that `work` has the same lines, all in the trace of the client, for a client that samples
/// and one that does not. Returns them. Roots are sampled.
fn same(work: impl Fn(Client)) -> Vec<Value> {
    let [expected, lines] = [true, false].map(|is_sampled| {
        let lines = sampled_by(on(), || work(Client { is_sampled }));
        for line in &lines {
            assert_eq!(line["trace_id"], TRACE, "sampled: {is_sampled}, {line}");
        }
        lines
    });
    assert_same(lines.clone(), expected, "elsewhere");
    lines
}

/// Runs `work` on another thread, with this subscriber and nothing else of this thread.
fn on_a_thread(work: impl FnOnce() + Send) {
    let dispatch = dispatcher::get_default(Dispatch::clone);
    thread::scope(|scope| {
        scope.spawn(|| dispatcher::with_default(&dispatch, work));
    });
}

#[instrument_stage(stage::step, fields(inner = 1))]
fn inner() {
    info!("in a stage inside");
}

#[instrument_stage(stage::step, fields(items), stream)]
fn items(items: u8) -> impl Stream<Item = u8> {
    stream::iter(0..items).inspect(|item| {
        info!(item, "in the stream");
        inner();
    })
}

#[instrument_stage(stage::step, fields(items), stream)]
async fn items_later(items: u8) -> Result<impl Stream<Item = u8>, ()> {
    Ok(stream::iter(0..items).inspect(|_| inner()))
}

fn start() -> glyph_runtime::stage::Running {
    let supplier = Supplier::Acme;
    stage::order { supplier }.start()
}

#[test]
fn stream_that_is_read_after_the_request_stays_in_the_trace() {
    let lines = same(|client| {
        let items = client.request(|| items(2));
        on_a_thread(|| {
            assert_eq!(
                pin!(items).collect::<Vec<_>>().now_or_never(),
                Some(vec![0, 1])
            );
        });
    });
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[3]["items"], 2);
    let lines = same(|client| {
        let items = client.request(|| items_later(1).now_or_never());
        let items = items.unwrap().unwrap();
        on_a_thread(|| assert!(pin!(items).next().now_or_never().is_some()));
    });
    assert_eq!(lines[0]["items"], 1);
}

#[test]
fn block_that_goes_to_another_thread_stays_in_the_trace() {
    let lines = same(|client| {
        let running = client.request(start);
        on_a_thread(|| {
            running.in_scope(|| info!("in the block"));
            running.in_scope(inner);
            running.scope(async { inner() }).now_or_never();
        });
        running.finish();
    });
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(line["supplier"], "acme");
    }
}

#[test]
fn block_whose_span_was_asked_for_where_nobody_enables_it_goes_on_without_it() {
    let lines = same(|client| {
        let running = client.request(start);
        dispatcher::with_default(&Dispatch::none(), || {
            assert_eq!(running.span().is_disabled(), !client.is_sampled);
        });
        on_a_thread(|| running.in_scope(inner));
        on_a_thread(|| assert!(!running.span().is_disabled()));
        running.finish();
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["supplier"], "acme");
}

/// Logs that an item leaves its queue.
struct Logged;

impl QueueRecorder for Logged {
    fn entered(&self, _: &'static str) {}

    fn left(&self, queue: &'static str, _: &WaitEnd) {
        info!(queue, "left");
    }
}

#[test]
fn item_of_a_queue_ends_its_wait_in_the_trace_of_its_sender() {
    let lines = same(|client| {
        let queue = Queue::new("jobs").recorder(&Logged);
        let item = client.request(|| queue.track(7));
        on_a_thread(|| assert_eq!(item.take(), 7));
    });
    assert_eq!(lines.len(), 1);
}

#[test]
fn context_of_the_code_that_enters_a_call_is_current_again_after_it() {
    let lines = same(|client| {
        let running = client.request(start);
        client.request(|| {
            info_span!("request", request = 2).in_scope(|| {
                running.in_scope(inner);
                info!("after the block");
                inner();
            });
        });
    });
    assert_eq!(lines[1]["request"], 2);
    assert_eq!(lines[2]["request"], 2);
    assert_eq!(lines[2].get("supplier"), None);
}

#[test]
fn span_of_a_block_takes_its_fields_and_trace_to_other_tasks() {
    let lines = same(|client| {
        let running = client.request(|| info_span!("request", request = 1).in_scope(start));
        let task = async { inner() }.instrument(running.span().clone());
        on_a_thread(|| assert!(task.now_or_never().is_some()));
        running.in_scope(|| info!("in the block"));
        let span = running.span().clone();
        let child = info_span!(parent: &span, "child", child = 1);
        running.fail(&std::io::Error::other("lost"));
        child.in_scope(|| info!("in a child"));
        span.in_scope(|| info!("after the end"));
    });
    assert_eq!(lines.len(), 4);
    for line in &lines {
        assert_eq!(line["supplier"], "acme", "{line}");
        assert_eq!(line["request"], 1, "{line}");
    }
    assert_eq!(lines[3]["error.type"], "std::io::error::Error");
}

#[test]
fn span_of_a_block_in_a_stage_has_the_fields_of_the_stage() {
    #[instrument_stage(stage::step, fields(outer = 1))]
    fn outer() -> glyph_runtime::stage::Running {
        start()
    }
    let lines = same(|client| {
        let running = client.request(outer);
        running.span().in_scope(|| info!("in the span"));
    });
    assert_eq!(lines[0]["outer"], 1);
    assert_eq!(lines[0]["supplier"], "acme");
}
