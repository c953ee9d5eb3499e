//! Spans of a remote parent, and the ids of log lines.

use std::sync::Mutex;

use glyph_runtime::{
    context::baggage, correlation_id, instrument_stage, log::RequestId, trace::propagation,
};
use tracing::{info, info_span};

use crate::propagation::{
    telemetry::{lookups, stage},
    traced::{self, SPAN, TRACE, headers, outgoing, remote},
};

#[instrument_stage(stage::lookup)]
fn lookup() -> String {
    info!("looked up");
    outgoing().remove("traceparent").unwrap_or_default()
}

#[instrument_stage(stage::lookup)]
async fn look_up_later() -> String {
    tokio::task::yield_now().await;
    info!("looked up");
    outgoing().remove("traceparent").unwrap_or_default()
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

#[test]
fn stage_is_child_of_its_caller_and_parent_of_its_calls() {
    for asynchronous in [false, true] {
        let mut header = String::new();
        let left = traced::by(|| {
            header = if asynchronous {
                block_on(remote(true).scope(async { look_up_later().await }))
            } else {
                remote(true).in_scope(lookup)
            };
        });
        let span = left.span("lookup");
        assert_eq!(span.span_context.trace_id().to_string(), TRACE);
        assert_eq!(span.parent_span_id.to_string(), SPAN);
        assert!(span.parent_span_is_remote);
        let id = span.span_context.span_id().to_string();
        assert_eq!(header, format!("00-{TRACE}-{id}-01"));
        assert_eq!(left.line("looked up")["trace_id"], TRACE);
        assert_eq!(left.line("looked up")["span_id"], id);
    }
}

#[test]
fn unsampled_caller_makes_no_span_and_keeps_its_ids() {
    let left = traced::by(|| {
        let header = remote(false).in_scope(lookup);
        assert_eq!(header, format!("00-{TRACE}-{SPAN}-00"));
    });
    assert_eq!(left.spans.len(), 0);
    assert!(lookups() > 0, "metrics count all the same");
    assert_eq!(left.line("looked up")["trace_id"], TRACE);
    assert_eq!(left.line("looked up")["span_id"], SPAN);
}

#[test]
fn malformed_header_of_a_caller_changes_nothing() {
    let nobody = propagation::extract(&headers(&[("traceparent", "00-0-0-01")]));
    let left = traced::by(|| {
        let _around = info_span!("around").entered();
        nobody.in_scope(lookup);
    });
    let (around, lookup) = (left.span("around"), left.span("lookup"));
    assert_eq!(lookup.parent_span_id, around.span_context.span_id());
    assert!(!lookup.parent_span_is_remote);
}

#[test]
fn log_line_has_its_trace_id_as_correlation_id() {
    let seen = Mutex::new(None);
    let left = traced::by(|| {
        assert_eq!(correlation_id(), None);
        let _span = info_span!("request").entered();
        *seen.lock().unwrap() = correlation_id();
        info!("inside");
    });
    let id = seen.lock().unwrap().unwrap();
    assert_eq!(id.as_str().len(), 32);
    assert_eq!(left.line("inside")["trace_id"], id.as_str());
    let trace = left.span("request").span_context.trace_id();
    assert_eq!(id.to_string(), trace.to_string());
}

#[test]
fn correlation_id_of_an_unsampled_trace_is_the_callers() {
    let id = remote(false).in_scope(correlation_id).unwrap();
    assert_eq!(id.as_str(), TRACE);
}

#[test]
fn request_id_baggage_and_span_are_independent() {
    let left = traced::by(|| {
        RequestId::new("r-1").unwrap().in_scope(|| {
            remote(true).in_scope(|| {
                let _span = info_span!("request").entered();
                info!(tenant = baggage("tenant"), "all");
            });
        });
    });
    let line = left.line("all");
    assert_eq!(line["request_id"], "r-1");
    assert_eq!(line["tenant"], "ibex");
    assert_eq!(line["trace_id"], TRACE);
}
