//! Calls below an unsampled caller that go on outside of it, in a program without a log.

use std::{collections::HashMap, pin::pin, thread};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use glyph_runtime::{instrument_stage, trace::propagation};
use opentelemetry::{Context, trace::TraceContextExt};
use opentelemetry_sdk::trace::Sampler;
use tracing::{Instrument, dispatcher, info_span};

use crate::spans::{exported::Exported, sampling::ByName, telemetry::stage};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Runs `work` as the request of a client whose trace is not sampled.
fn request<R>(work: impl FnOnce() -> R) -> R {
    let headers = HashMap::from([(
        "traceparent".to_owned(),
        format!("00-{TRACE}-00f067aa0ba902b7-00"),
    )]);
    propagation::extract(&headers).in_scope(work)
}

#[instrument_stage(stage::stt, labels(test = "elsewhere"))]
fn inside() {
    let trace = Context::map_current(|context| context.span().span_context().trace_id());
    assert_eq!(trace.to_string(), TRACE);
}

#[instrument_stage(stage::stt, labels(test = "elsewhere"), stream)]
fn items() -> impl Stream<Item = ()> {
    stream::once(async { inside() })
}

/// Runs the result of `begin` on another thread, with a sampler that samples roots of stages.
/// Nothing is exported.
fn assert_unsampled<W: FnOnce() + Send>(begin: impl FnOnce() -> W) {
    let exported = Exported::sampled_by(Sampler::ParentBased(Box::new(ByName("stt"))));
    exported.run(|| {
        let work = begin();
        let dispatch = dispatcher::get_default(Clone::clone);
        thread::scope(|scope| {
            scope.spawn(|| dispatcher::with_default(&dispatch, work));
        });
        let is_outside = Context::map_current(|context| !context.has_active_span());
        assert!(is_outside, "the context of the caller is left");
    });
    assert_eq!(exported.spans().len(), 0);
}

#[test]
fn stream_of_an_unsampled_request_starts_no_trace() {
    assert_unsampled(|| {
        let items = request(items);
        || assert!(pin!(items).next().now_or_never().is_some())
    });
}

#[test]
fn stream_of_an_unsampled_root_starts_no_trace() {
    #[instrument_stage(stage::stt, labels(test = "elsewhere"))]
    fn inside_any() {}
    #[instrument_stage(stage::stt, labels(test = "elsewhere"), stream)]
    fn items() -> impl Stream<Item = ()> {
        stream::once(async { inside_any() })
    }
    assert_unsampled(|| {
        let items = info_span!("request").in_scope(items);
        || assert!(pin!(items).next().now_or_never().is_some())
    });
}

#[test]
fn block_of_an_unsampled_request_starts_no_trace() {
    let start = || stage::stt { test: "elsewhere" }.start();
    assert_unsampled(|| {
        let running = request(start);
        move || {
            running.in_scope(inside);
            assert!(running.scope(async { inside() }).now_or_never().is_some());
            running.finish();
        }
    });
    assert_unsampled(|| {
        let running = request(start);
        let task = async { inside() }.instrument(running.span().clone());
        || assert!(task.now_or_never().is_some())
    });
}
